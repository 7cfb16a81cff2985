"""What this plugin registers; light, imported to list."""

from __future__ import annotations

from headrace import ModelSpec, PipelineSpec, TransformSpec, hookimpl

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
            name="bayes",
            summary="Gaussian naive Bayes, fitted in one distributed pass.",
            load="headrace_bayes.pipeline:BayesPipeline",
            params="headrace_bayes.params:BayesParams",
            adds=("bayes_prediction",),
        )
    ]


@hookimpl
def headrace_register_models() -> list[ModelSpec]:
    """Register the model type, by the name that bundles carry."""
    return [ModelSpec("bayes", load="headrace_bayes.model:BayesModel")]


@hookimpl
def headrace_register_transforms() -> list[TransformSpec]:
    """Register the transform, which every pipeline's params can name then."""
    return [
        TransformSpec(
            "winsorize",
            "Move what is too far from the mean of the training rows to the edge.",
            load="headrace_bayes.winsorize:Winsorize",
        )
    ]
