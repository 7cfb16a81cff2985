"""Headrace: every ML pipeline its own package, one entrypoint, run by Apache Beam.

What an author of a plugin imports. Names that need Arrow are imported on first use, so that
``import headrace`` and the hooks of plugins stay light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from headrace.errors import (
    DataError,
    HeadraceError,
    ModelError,
    PluginError,
    RequestError,
    Stopped,
    TransientError,
)
from headrace.plugins.specs import (
    ColumnNeed,
    CommandSpec,
    GraphSpec,
    ModelSpec,
    PipelineSpec,
    TransformSpec,
    hookimpl,
)

if TYPE_CHECKING:
    from headrace.contracts.params import (
        InputUri,
        Params,
        SupervisedParams,
        TransformStep,
        UpdatableParams,
    )
    from headrace.contracts.summary import Summary, SummaryTable
    from headrace.data.features import Feature, Features, TrainingBatch
    from headrace.data.kinds import Kind
    from headrace.models.folded_fit import FoldedFit
    from headrace.models.json_model import JsonModel
    from headrace.models.model import FitResult, Model
    from headrace.models.pipeline import Shards, SupervisedPipeline, Task
    from headrace.models.transform import Column, FittedTransform, Transform
    from headrace.models.updatable import UpdatableFit
    from headrace.statistics.statistic import Statistic

__all__ = [
    "Column",
    "ColumnNeed",
    "CommandSpec",
    "DataError",
    "Feature",
    "Features",
    "FitResult",
    "FittedTransform",
    "FoldedFit",
    "GraphSpec",
    "HeadraceError",
    "InputUri",
    "JsonModel",
    "Kind",
    "Model",
    "ModelError",
    "ModelSpec",
    "Params",
    "PipelineSpec",
    "PluginError",
    "RequestError",
    "Shards",
    "Statistic",
    "Stopped",
    "Summary",
    "SummaryTable",
    "SupervisedParams",
    "SupervisedPipeline",
    "Task",
    "TrainingBatch",
    "Transform",
    "TransformSpec",
    "TransformStep",
    "TransientError",
    "UpdatableFit",
    "UpdatableParams",
    "hookimpl",
]

_LAZY = {
    "Column": "headrace.models.transform",
    "Feature": "headrace.data.features",
    "Features": "headrace.data.features",
    "FitResult": "headrace.models.model",
    "FittedTransform": "headrace.models.transform",
    "FoldedFit": "headrace.models.folded_fit",
    "InputUri": "headrace.contracts.params",
    "JsonModel": "headrace.models.json_model",
    "Kind": "headrace.data.kinds",
    "Model": "headrace.models.model",
    "Params": "headrace.contracts.params",
    "Shards": "headrace.models.pipeline",
    "Statistic": "headrace.statistics.statistic",
    "Summary": "headrace.contracts.summary",
    "SummaryTable": "headrace.contracts.summary",
    "SupervisedParams": "headrace.contracts.params",
    "SupervisedPipeline": "headrace.models.pipeline",
    "Task": "headrace.models.pipeline",
    "TrainingBatch": "headrace.data.features",
    "Transform": "headrace.models.transform",
    "TransformStep": "headrace.contracts.params",
    "UpdatableFit": "headrace.models.updatable",
    "UpdatableParams": "headrace.contracts.params",
}


def __getattr__(name: str) -> object:
    """Import a lazy name (PEP 562)."""
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
