"""Robust scale: median 0 and interquartile range 1 on the training rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, model_validator

from headrace.contracts.params import Params
from headrace.data.kinds import Kind
from headrace.data.numbers import numbers
from headrace.errors import DataError
from headrace.models.transform import Column, Transform
from headrace.statistics.quantiles import Quantiles
from headrace.transforms.state import number_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.models.transform import Json
    from headrace.statistics.quantiles import QuantilesResult

__all__ = ["FittedRobustScale", "Probability", "RobustScale", "RobustScaleOptions"]

Probability = Annotated[float, Field(ge=0, le=1)]


class RobustScaleOptions(Params):
    """Options of `RobustScale`."""

    quantiles: tuple[Probability, Probability] = (0.25, 0.75)
    """The two whose distance becomes 1."""

    @model_validator(mode="after")
    def _check_quantiles(self) -> Self:
        if self.quantiles[0] >= self.quantiles[1]:
            raise ValueError("quantiles are not ascending")
        return self


@dataclass(frozen=True, slots=True)
class FittedRobustScale:
    """Subtract ``median`` and divide by ``scale``."""

    median: float
    scale: float

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return the column as float64, NaN where missing."""
        values = numbers(column.values).astype(np.float64, copy=False)
        with np.errstate(over="ignore"):
            return (Column(column.name, pa.array((values - self.median) / self.scale)),)

    def state(self) -> Mapping[str, Json]:
        """Return median and scale."""
        return {"median": self.median, "scale": self.scale}


class RobustScale(Transform):
    """Null and NaN stay missing; infinities make bad rows.

    A column whose two quantiles are equal is not scaled, only shifted.
    """

    Options = RobustScaleOptions
    options: RobustScaleOptions
    accepts = frozenset({Kind.NUMBER})

    def statistic(self) -> Quantiles:
        """Return the quantiles."""
        return Quantiles()

    def fit(self, learnt: QuantilesResult) -> FittedRobustScale:
        """Return the fitted transform."""
        if learnt.n == 0:
            raise DataError(
                "All training rows lack the column's value, so it has no median",
                fix="leave the feature out",
            )
        low, high = (learnt.at(probability) for probability in self.options.quantiles)
        if not math.isfinite(high - low):
            raise DataError(
                f"The column's values reach from {low:.3g} to {high:.3g}; their distance is "
                "beyond float64",
                fix="clip the feature first",
            )
        return FittedRobustScale(learnt.at(0.5), high - low or 1.0)

    def restore(self, state: Mapping[str, Json]) -> FittedRobustScale:
        """Return the fitted transform of a state."""
        median, scale = number_in(state, "median"), number_in(state, "scale")
        if scale <= 0:
            raise ValueError(f"robust_scale has scale {scale}")
        return FittedRobustScale(median, scale)
