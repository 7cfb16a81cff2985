"""Number, mean and variance of a column, from exact sums."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from headrace.data.numbers import numbers
from headrace.statistics.exact import ExactGram, GramItem, GramState
from headrace.statistics.statistic import Statistic

__all__ = ["Moments", "MomentsResult"]


@dataclass(frozen=True, slots=True)
class MomentsResult:
    """Of the values that are not missing.

    Parameters
    ----------
    n : int
    mean : float
        NaN where ``n`` is 0.
    std : float
        Standard deviation with divisor n, as in scikit-learn's StandardScaler.
    """

    n: int
    mean: float
    std: float


class Moments(Statistic[GramState, pa.Array, MomentsResult]):
    """Mean and standard deviation of a numeric column; null and NaN are left out."""

    def __init__(self) -> None:
        self._sums = ExactGram(2)

    def zero(self) -> GramState:
        """Return empty sums."""
        return self._sums.zero()

    def add(self, state: GramState, item: pa.Array) -> GramState:
        """Add the values of a column."""
        values = numbers(item)
        values = values[np.isfinite(values)]
        return self._sums.add(state, GramItem([np.ones(len(values)), values]))

    def merge(self, left: GramState, right: GramState) -> GramState:
        """Add the sums of two states."""
        return self._sums.merge(left, right)

    def finish(self, state: GramState) -> MomentsResult:
        """Return the moments, each rounded once."""
        sums = self._sums.finish(state)
        n = sums.n_rows
        if n == 0:
            return MomentsResult(0, math.nan, math.nan)
        total, squares = sums.value(0, 1), sums.value(1, 1)
        variance = (squares - total * total / n) / n
        return MomentsResult(n, float(total / n), math.sqrt(variance))
