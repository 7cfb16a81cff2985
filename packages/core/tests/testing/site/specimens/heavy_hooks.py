"""Registers a pipeline, and imports its libraries to do so."""

from headrace.plugins import PipelineSpec, hookimpl
from specimens.marginal import MarginalPipeline


@hookimpl
def headrace_register_pipelines():
    return [
        PipelineSpec(
            "heavy",
            "A specimen.",
            load=f"specimens.marginal:{MarginalPipeline.__name__}",
            params="headrace.contracts.params:SupervisedParams",
            adds=("heavy_prediction",),
        )
    ]
