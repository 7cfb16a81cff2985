"""Models, transforms and pipelines as an author sees them: arrays and Arrow, no Beam."""

from headrace.models.bundle import Bundle
from headrace.models.json_model import JsonModel
from headrace.models.model import FitResult, Model
from headrace.models.pipeline import Shards, SupervisedPipeline, Task
from headrace.models.preparation import Preparation
from headrace.models.transform import Column, FittedTransform, Transform

__all__ = [
    "Bundle",
    "Column",
    "FitResult",
    "FittedTransform",
    "JsonModel",
    "Model",
    "Preparation",
    "Shards",
    "SupervisedPipeline",
    "Task",
    "Transform",
]
