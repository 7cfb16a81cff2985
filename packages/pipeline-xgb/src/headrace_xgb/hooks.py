"""What this plugin registers; light, imported to list."""

from __future__ import annotations

from headrace.plugins import ModelSpec, PipelineSpec, hookimpl

__all__ = ["headrace_register_models", "headrace_register_pipelines"]


@hookimpl
def headrace_register_pipelines() -> list[PipelineSpec]:
    """Register the pipeline."""
    return [
        PipelineSpec(
            name="xgb",
            summary="Gradient-boosted trees by XGBoost, for regression and binary targets.",
            load="headrace_xgb.pipeline:XgbPipeline",
            params="headrace_xgb.params:XgbParams",
            adds=("xgb_prediction",),
        )
    ]


@hookimpl
def headrace_register_models() -> list[ModelSpec]:
    """Register the model type."""
    return [ModelSpec("xgboost", load="headrace_xgb.model:XgbModel")]
