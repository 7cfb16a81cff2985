"""Standardize: mean 0 and standard deviation 1 on the training rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from headrace.data.kinds import Kind
from headrace.data.numbers import numbers
from headrace.errors import DataError
from headrace.models.transform import Column, Transform
from headrace.statistics.moments import Moments
from headrace.transforms.state import number_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.models.transform import Json
    from headrace.statistics.moments import MomentsResult

__all__ = ["FittedStandardize", "Standardize"]


@dataclass(frozen=True, slots=True)
class FittedStandardize:
    """Subtract ``mean`` and divide by ``scale``."""

    mean: float
    scale: float

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return the column as float64, NaN where missing."""
        values = numbers(column.values).astype(np.float64, copy=False)
        with np.errstate(over="ignore"):
            return (Column(column.name, pa.array((values - self.mean) / self.scale)),)

    def state(self) -> Mapping[str, Json]:
        """Return mean and scale."""
        return {"mean": self.mean, "scale": self.scale}


class Standardize(Transform):
    """Null and NaN stay missing; infinities make bad rows.

    A column that is constant in training is not scaled, only shifted, and so becomes 0 there.
    """

    accepts = frozenset({Kind.NUMBER})

    def statistic(self) -> Moments:
        """Return the moments."""
        return Moments()

    def fit(self, learnt: MomentsResult) -> FittedStandardize:
        """Return the fitted transform."""
        if learnt.n == 0:
            raise DataError(
                "All training rows lack the column's value, so it has no mean",
                fix="leave the feature out",
            )
        return FittedStandardize(learnt.mean, learnt.std or 1.0)

    def restore(self, state: Mapping[str, Json]) -> FittedStandardize:
        """Return the fitted transform of a state."""
        mean, scale = number_in(state, "mean"), number_in(state, "scale")
        if scale <= 0:
            raise ValueError(f"standardize has scale {scale}")
        return FittedStandardize(mean, scale)
