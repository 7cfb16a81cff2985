"""What an author of a supervised pipeline writes."""

from __future__ import annotations

from abc import ABC
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from headrace.contracts.params import SupervisedParams, TransformStep
from headrace.data.kinds import Kind
from headrace.models.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.data.features import TrainingBatch
    from headrace.models.model import FitResult
    from headrace.statistics.statistic import Statistic

__all__ = ["Shards", "SupervisedPipeline", "Task"]


class Task(StrEnum):
    """What is predicted, which decides the metrics."""

    REGRESSION = "regression"
    BINARY = "binary"


class Shards(Protocol):
    """Prepared training rows, to be streamed as often as a fit needs; never all in memory."""

    @property
    def n_rows(self) -> int:
        """Rows of one pass."""
        ...

    def __iter__(self) -> Iterator[TrainingBatch]:
        """Go through all rows once, in the canonical order (path, row group, row)."""
        ...


ParamsT = TypeVar("ParamsT", bound=SupervisedParams)
ModelT = TypeVar("ModelT", bound=Model)


class SupervisedPipeline(ABC, Generic[ParamsT, ModelT]):
    """A pipeline that learns a target from features.

    A subclass sets ``params`` and ``model``, and gives either `statistic` (a fit that Beam
    distributes, with fold models for free) or `fit` (one step that streams shards).

    Parameters
    ----------
    params : SupervisedParams
        Of this run.
    """

    params_type: ClassVar[type[SupervisedParams]]
    """The pydantic model of its params."""
    model_name: ClassVar[str]
    """Registered name of its model type."""
    handles_missing: ClassVar[bool] = False
    """Whether the model takes missing numbers (NaN); otherwise rows with one are bad."""

    def __init__(self, params: ParamsT) -> None:
        self.params = params

    @property
    def task(self) -> Task:
        """What is predicted."""
        return Task.REGRESSION

    def default_transforms(self, kind: Kind) -> tuple[TransformStep, ...]:
        """Return the transforms of a feature without any in the params."""
        if kind is Kind.CATEGORY:
            return (TransformStep(name="one_hot"),)
        return ()

    def statistic(self) -> Statistic[Any, TrainingBatch, FitResult[ModelT]] | None:
        """Return the fit as a statistic, or None if the pipeline fits from shards."""
        return None

    def fit(self, shards: Shards) -> FitResult[ModelT]:
        """Fit from shards.

        Raises
        ------
        DataError
            The rows do not allow a fit.
        """
        raise NotImplementedError(f"{type(self).__name__} gives neither statistic() nor fit()")
