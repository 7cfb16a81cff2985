"""Metrics of a regression, from exact sums: the same in any order, on any runner."""

from __future__ import annotations

import math

import numpy as np

from headrace.metrics.predictions import Predictions
from headrace.statistics.exact import ExactGram, GramItem, GramState
from headrace.statistics.statistic import Statistic

__all__ = ["RegressionMetrics"]


class RegressionMetrics(Statistic[GramState, Predictions, dict[str, float]]):
    """Root mean squared error, mean absolute error and r2 (none where the target is constant)."""

    def __init__(self) -> None:
        self._sums = ExactGram(4)

    def zero(self) -> GramState:
        """Return empty sums."""
        return self._sums.zero()

    def add(self, state: GramState, item: Predictions) -> GramState:
        """Add the rows."""
        error = item.target - item.prediction
        columns = [np.ones(len(error)), item.target, error, np.abs(error)]
        return self._sums.add(state, GramItem(columns, item.weight))

    def merge(self, left: GramState, right: GramState) -> GramState:
        """Add the sums of two states."""
        return self._sums.merge(left, right)

    def finish(self, state: GramState) -> dict[str, float]:
        """Return the metrics; empty where no row has weight."""
        sums = self._sums.finish(state)
        weight = sums.value(0, 0)
        if not weight:
            return {}
        squared_error = sums.value(2, 2)
        variation = sums.value(1, 1) - sums.value(1, 0) * sums.value(0, 1) / weight
        metrics = {
            "rmse": math.sqrt(squared_error / weight),
            "mae": float(sums.value(0, 3) / weight),
        }
        if variation > 0:
            metrics["r2"] = float(1 - squared_error / variation)
        return metrics
