"""Registers a pipeline, and fails to register its models."""

from headrace.plugins import PipelineSpec, hookimpl


@hookimpl
def headrace_register_pipelines():
    return [
        PipelineSpec(
            "troubled",
            "A specimen.",
            load="specimens.marginal:MarginalPipeline",
            params="headrace.contracts.params:SupervisedParams",
            adds=("troubled_prediction",),
        )
    ]


@hookimpl
def headrace_register_models():
    return ["specimens.marginal:MarginalModel"]
