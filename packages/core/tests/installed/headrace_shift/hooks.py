"""What this plugin registers."""

from headrace import ModelSpec, PipelineSpec, hookimpl


@hookimpl
def headrace_register_pipelines():
    return [
        PipelineSpec(
            "shift",
            "The sum of the features and a constant.",
            load="headrace_shift.pipeline:ShiftPipeline",
            params="headrace_shift.params:ShiftParams",
            adds=("shift_prediction",),
        ),
        PipelineSpec(
            "shift_shards",
            "The same, fitted from shards.",
            load="headrace_shift.pipeline:ShardsPipeline",
            params="headrace_shift.params:ShiftParams",
            adds=("shift_shards_prediction",),
        ),
    ]


@hookimpl
def headrace_register_models():
    return [ModelSpec("shift", load="headrace_shift.pipeline:ShiftModel")]
