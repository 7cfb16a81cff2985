"""A fit whose states by fold tell more than the models: which settings do best, and how well."""

from __future__ import annotations

from abc import abstractmethod
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from headrace.data.features import TrainingBatch
from headrace.models.model import FitResult, Model
from headrace.statistics.statistic import Statistic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["FoldedFit", "mean_and_spread"]

State = TypeVar("State")
FittedModel = TypeVar("FittedModel", bound=Model)
_FEWEST = 2


class FoldedFit(
    Statistic[State, TrainingBatch, FitResult[FittedModel]], Generic[State, FittedModel]
):
    """A fit that can measure a model on the rows of a state, without the rows.

    Then a training's manifest has metrics of cross-validation, each fold's rows measured by the
    model that never saw them, from the pass that fits.
    """

    def settled(
        self,
        folds: Mapping[int, State],  # noqa: ARG002 - for those that choose
        rests: Mapping[int, State],  # noqa: ARG002
    ) -> Self:
        """Return the fit with all settings chosen, for those that the folds decide.

        Called once before `finish` and `finish_fold`.

        Parameters
        ----------
        folds : mapping of int to State
            Of the rows of each fold that has any.
        rests : mapping of int to State
            Of the rows that each fold's model is fitted on; none without folds.

        Raises
        ------
        DataError
            The folds do not allow a choice.
        """
        return self

    def finish_fold(self, state: State) -> FittedModel:
        """Return a fold model, which needs no more than to predict."""
        return self.finish(state).model

    @abstractmethod
    def measure(self, model: FittedModel, state: State) -> dict[str, float]:
        """Return the metrics of a model on the rows of a state; empty where they allow none."""


def mean_and_spread(measured: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return each metric's mean over folds, and as ``<metric>_std`` its standard deviation.

    A metric that a fold does not have is left out; with less than two folds all are.
    """
    if len(measured) < _FEWEST:
        return {}
    found: dict[str, Any] = {}
    for name in measured[0]:
        values = [metrics[name] for metrics in measured if name in metrics]
        if len(values) == len(measured):
            found[name] = fmean(values)
            found[f"{name}_std"] = stdev(values)
    return found
