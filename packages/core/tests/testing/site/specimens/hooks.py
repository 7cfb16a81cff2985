"""Registers the good pipeline and most of the broken ones; light."""

from headrace.plugins import ModelSpec, PipelineSpec, TransformSpec, hookimpl

_PARAMS = "headrace.contracts.params:SupervisedParams"
_PIPELINES = {
    "marginal": "marginal:Marginal",
    "not_a_number": "predictions:NotANumber",
    "matrix_product": "predictions:MatrixProduct",
    "batch_mean": "predictions:BatchMean",
    "sorted": "predictions:Sorted",
    "shared_buffer": "predictions:SharedBuffer",
    "no_empty_batch": "predictions:NoEmptyBatch",
    "worker_bound": "predictions:WorkerBound",
    "target_reading": "predictions:TargetReading",
    "digits_lost": "states:DigitsLost",
    "restless": "states:Restless",
    "pickled": "states:Pickled",
    "stateless": "states:Stateless",
    "two_models": "states:TwoModels",
    "unregistered": "states:Unregistered",
    "random": "states:Random",
    "hash_order": "states:HashOrder",
    "leaking": "fits:Leaking",
    "no_folds": "fits:NoFolds",
    "batchwise": "fits:Batchwise",
    "first_row": "fits:FirstRow",
    "mean_of_means": "statistic:MeanOfMeans",
    "unknown_raises": "categories:UnknownRaises",
    "unknown_nan": "categories:UnknownNan",
    "unknowns_differ": "categories:UnknownsDiffer",
    "missing_claimed": "categories:MissingClaimed",
    "sure": "intervals:Sure",
    "silently_sure": "intervals:SilentlySure",
    "less_sure": "intervals:LessSure",
    "sure_of_batch": "intervals:SureOfBatch",
    "sure_of_workers": "intervals:SureOfWorkers",
    "forgetful": "intervals:Forgetful",
    "rounded": "users:Rounded",
    "silent": "users:Silent",
    "changing": "users:Changing",
    "lenient": "users:Lenient",
    "other_params": "users:OtherParams",
}
_WITH_PARAMS = ("rounded", "silent", "changing", "lenient")
_WITH_MODELS = (
    *("marginal", "not_a_number", "matrix_product", "batch_mean", "sorted", "shared_buffer"),
    *("no_empty_batch", "worker_bound", "target_reading"),
    *("digits_lost", "restless", "pickled", "stateless"),
    *("sure", "silently_sure", "less_sure", "sure_of_batch", "sure_of_workers", "forgetful"),
)


@hookimpl
def headrace_register_pipelines():
    pipelines = [
        PipelineSpec(
            name,
            "A specimen.",
            load=f"specimens.{target}Pipeline",
            params=f"specimens.params:{name.title()}Params" if name in _WITH_PARAMS else _PARAMS,
            adds=(f"{name}_prediction",),
            intervals=target.startswith("intervals:")
            and name not in {"silently_sure", "forgetful"},
        )
        for name, target in _PIPELINES.items()
    ]
    target = "specimens.marginal:MarginalPipeline"
    return [*pipelines, PipelineSpec("adds_nothing", "A specimen.", load=target, params=_PARAMS)]


@hookimpl
def headrace_register_models():
    models = [ModelSpec(name, load=f"specimens.{_PIPELINES[name]}Model") for name in _WITH_MODELS]
    return [*models, ModelSpec("two_models", load="specimens.marginal:MarginalModel")]


@hookimpl
def headrace_register_transforms():
    return [
        TransformSpec("share", "A specimen.", load="specimens.categories:ShareTransform"),
        TransformSpec("nan_share", "A specimen.", load="specimens.categories:NanShareTransform"),
        TransformSpec(
            "length_share", "A specimen.", load="specimens.categories:LengthShareTransform"
        ),
    ]
