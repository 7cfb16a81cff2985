"""What this plugin registers; light, imported to list."""

from __future__ import annotations

from headrace import ModelSpec, PipelineSpec, hookimpl

__all__ = ["headrace_register_models", "headrace_register_pipelines"]


@hookimpl
def headrace_register_pipelines() -> list[PipelineSpec]:
    """Register the pipeline."""
    return [
        PipelineSpec(
            name="ridge",
            summary="Ridge regression by scikit-learn.",
            load="headrace_ridge.pipeline:RidgePipeline",
            params="headrace_ridge.params:RidgeParams",
            adds=("ridge_prediction",),
        )
    ]


@hookimpl
def headrace_register_models() -> list[ModelSpec]:
    """Register the model type, by the name that bundles carry."""
    return [
        ModelSpec(
            name="ridge",
            load="headrace_ridge.model:RidgeModel",
        )
    ]
