"""Smallest and greatest value of a column, and what of it is no finite number."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from headrace.data.numbers import numbers
from headrace.statistics.statistic import Statistic

__all__ = ["Extremes", "ExtremesResult"]


@dataclass(frozen=True, slots=True)
class ExtremesResult:
    """Of the finite values; 0.0 stands for both zeros, so that their order plays no part.

    Parameters
    ----------
    n : int
        Finite values.
    n_missing : int
        Null and NaN.
    n_infinite : int
    minimum, maximum : float
        NaN where ``n`` is 0.
    """

    n: int = 0
    n_missing: int = 0
    n_infinite: int = 0
    minimum: float = math.nan
    maximum: float = math.nan


class Extremes(Statistic[ExtremesResult, pa.Array, ExtremesResult]):
    """Minimum and maximum of a numeric column; null, NaN and infinities are only counted."""

    def zero(self) -> ExtremesResult:
        """Return no values."""
        return ExtremesResult()

    def add(self, state: ExtremesResult, item: pa.Array) -> ExtremesResult:
        """Add the values of a column."""
        values = numbers(item)
        finite = values[np.isfinite(values)]
        n_missing = int(np.count_nonzero(np.isnan(values)))
        n_infinite = len(values) - len(finite) - n_missing
        if not len(finite):
            return self.merge(state, ExtremesResult(0, n_missing, n_infinite))
        minimum, maximum = float(finite.min()) + 0.0, float(finite.max()) + 0.0
        added = ExtremesResult(len(finite), n_missing, n_infinite, minimum, maximum)
        return self.merge(state, added)

    def merge(self, left: ExtremesResult, right: ExtremesResult) -> ExtremesResult:
        """Return the extremes of both."""
        known = [each for each in (left, right) if each.n]
        return ExtremesResult(
            left.n + right.n,
            left.n_missing + right.n_missing,
            left.n_infinite + right.n_infinite,
            min((each.minimum for each in known), default=math.nan),
            max((each.maximum for each in known), default=math.nan),
        )

    def finish(self, state: ExtremesResult) -> ExtremesResult:
        """Return the state: it says it all."""
        return state
