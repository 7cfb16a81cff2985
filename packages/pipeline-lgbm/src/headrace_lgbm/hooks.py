"""What this plugin registers; light, imported to list."""

from __future__ import annotations

from headrace.plugins import ModelSpec, PipelineSpec, hookimpl

__all__ = ["headrace_register_models", "headrace_register_pipelines"]


@hookimpl
def headrace_register_pipelines() -> list[PipelineSpec]:
    """Register the pipeline."""
    return [
        PipelineSpec(
            name="lgbm",
            summary="Gradient-boosted trees by LightGBM, for regression and binary targets.",
            load="headrace_lgbm.pipeline:LgbmPipeline",
            params="headrace_lgbm.params:LgbmParams",
            adds=("lgbm_prediction",),
        )
    ]


@hookimpl
def headrace_register_models() -> list[ModelSpec]:
    """Register the model type."""
    return [ModelSpec("lightgbm", load="headrace_lgbm.model:LgbmModel")]
