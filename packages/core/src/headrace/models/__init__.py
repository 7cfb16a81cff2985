"""Models, transforms and pipelines as an author sees them: arrays and Arrow, no Beam."""

from headrace.models.bundle import Bundle
from headrace.models.folded_fit import FoldedFit
from headrace.models.json_model import JsonModel
from headrace.models.model import FitResult, Model, PredictsIntervals, Summarized
from headrace.models.pipeline import Shards, SupervisedPipeline, Task
from headrace.models.preparation import Preparation
from headrace.models.transform import Column, FittedTransform, FoldAware, Transform
from headrace.models.updatable import UpdatableFit

__all__ = [
    "Bundle",
    "Column",
    "FitResult",
    "FittedTransform",
    "FoldAware",
    "FoldedFit",
    "JsonModel",
    "Model",
    "PredictsIntervals",
    "Preparation",
    "Shards",
    "Summarized",
    "SupervisedPipeline",
    "Task",
    "Transform",
    "UpdatableFit",
]
