"""Metrics of a binary classification."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from headrace.metrics.predictions import Predictions
from headrace.statistics.exact import ExactGram, GramItem, GramState
from headrace.statistics.statistic import Statistic

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["BinaryMetrics"]

_BINS = 65_536
_SMALLEST_PROBABILITY = 1e-15  # as in scikit-learn's log_loss for float64


@dataclass(slots=True)
class _State:
    losses: GramState = field(default_factory=GramState)
    negatives: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(_BINS))
    positives: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(_BINS))


class BinaryMetrics(Statistic[_State, Predictions, dict[str, float]]):
    """Log loss, area under the ROC curve, and accuracy at probability 1/2.

    The area is computed from counts in 65,536 equal bins of the probability, with a half for
    pairs in one bin, so that memory does not grow with the rows. Unweighted counts are exact.
    """

    def __init__(self) -> None:
        self._sums = ExactGram(3)

    def zero(self) -> _State:
        """Return empty sums."""
        return _State()

    def add(self, state: _State, item: Predictions) -> _State:
        """Add the rows; targets are 0 or 1, predictions are probabilities of 1."""
        p = np.clip(item.prediction, _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY)
        is_positive = item.target > 0
        loss = -np.log(np.where(is_positive, p, 1 - p))
        is_right = (item.prediction >= 0.5) == is_positive  # noqa: PLR2004 - even odds
        columns = [np.ones(len(p)), loss, is_right.astype(np.float64)]
        state.losses = self._sums.add(state.losses, GramItem(columns, item.weight))
        bins = np.minimum((item.prediction * _BINS).astype(np.int64), _BINS - 1)
        weight = np.ones(len(p)) if item.weight is None else item.weight
        state.positives += np.bincount(bins[is_positive], weight[is_positive], _BINS)
        state.negatives += np.bincount(bins[~is_positive], weight[~is_positive], _BINS)
        return state

    def merge(self, left: _State, right: _State) -> _State:
        """Add the sums of two states."""
        return _State(
            self._sums.merge(left.losses, right.losses),
            left.negatives + right.negatives,
            left.positives + right.positives,
        )

    def finish(self, state: _State) -> dict[str, float]:
        """Return the metrics; no area where there is one class only."""
        sums = self._sums.finish(state.losses)
        weight = sums.value(0, 0)
        if not weight:
            return {}
        metrics = {
            "log_loss": float(sums.value(0, 1) / weight),
            "accuracy": float(sums.value(0, 2) / weight),
        }
        positive, negative = state.positives.sum(), state.negatives.sum()
        if positive > 0 and negative > 0:
            below = np.cumsum(state.negatives) - state.negatives / 2
            metrics["auc"] = float((state.positives * below).sum() / (positive * negative))
        return metrics
