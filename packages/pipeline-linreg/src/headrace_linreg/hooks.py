"""What this plugin registers; light, imported to list."""

from __future__ import annotations

from headrace.plugins import ModelSpec, PipelineSpec, TransformSpec, hookimpl

__all__ = [
    "headrace_register_models",
    "headrace_register_pipelines",
    "headrace_register_transforms",
]


@hookimpl
def headrace_register_pipelines() -> list[PipelineSpec]:
    """Register the pipeline."""
    return [
        PipelineSpec(
            name="linreg",
            summary="Linear regression by least squares, exact to the last digit.",
            load="headrace_linreg.pipeline:LinregPipeline",
            params="headrace_linreg.params:LinregParams",
            adds=("linreg_prediction",),
            intervals=True,
        )
    ]


@hookimpl
def headrace_register_models() -> list[ModelSpec]:
    """Register the model type."""
    return [ModelSpec("linear", load="headrace_linreg.model:LinearModel")]


@hookimpl
def headrace_register_transforms() -> list[TransformSpec]:
    """Register the transform."""
    return [
        TransformSpec(
            "polynomial",
            "Powers of a number up to a degree, exact for linreg.",
            load="headrace_linreg.polynomial:Polynomial",
        )
    ]
