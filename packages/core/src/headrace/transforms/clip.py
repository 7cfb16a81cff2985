"""Clip: values beyond two bounds become the bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa
from pydantic import FiniteFloat, model_validator

from headrace.contracts.params import Params
from headrace.data.kinds import Kind
from headrace.data.numbers import numbers
from headrace.errors import DataError
from headrace.models.transform import Column, Transform
from headrace.statistics.quantiles import Quantiles
from headrace.transforms.robust_scale import Probability
from headrace.transforms.state import finite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.models.transform import Json
    from headrace.statistics.quantiles import QuantilesResult

__all__ = ["Clip", "ClipOptions", "FittedClip"]


class ClipOptions(Params):
    """Options of `Clip`: bounds, or the quantiles that are to be the bounds."""

    low: FiniteFloat | None = None
    """What no value may be below."""

    high: FiniteFloat | None = None
    """What no value may be above."""

    quantiles: tuple[Probability, Probability] | None = None
    """Two quantiles of the training rows as the bounds, such as [0.01, 0.99]."""

    @model_validator(mode="after")
    def _check_bounds(self) -> Self:
        has_bounds = self.low is not None or self.high is not None
        if has_bounds == (self.quantiles is not None):
            raise ValueError("wanted low, high or both, or quantiles and none of them")
        low, high = self.quantiles or (self.low, self.high)
        if low is not None and high is not None and low > high:
            raise ValueError(f"the lower bound {low:g} is above the upper one, {high:g}")
        return self


@dataclass(frozen=True, slots=True)
class FittedClip:
    """Keep values between ``low`` and ``high``, where they are not None."""

    low: float | None
    high: float | None

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return the column as float64, NaN where missing."""
        values = numbers(column.values).astype(np.float64, copy=False)
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return (Column(column.name, pa.array(np.clip(values, low, high))),)

    def state(self) -> Mapping[str, Json]:
        """Return the bounds."""
        return {"low": self.low, "high": self.high}


class Clip(Transform):
    """Null and NaN stay missing; infinities are not clipped, they make bad rows."""

    Options = ClipOptions
    options: ClipOptions
    accepts = frozenset({Kind.NUMBER})

    def __init__(self, options: ClipOptions) -> None:
        super().__init__(options)
        self.least = options.low

    def statistic(self) -> Quantiles | None:
        """Return the quantiles, where they are wanted."""
        return None if self.options.quantiles is None else Quantiles()

    def fit(self, learnt: QuantilesResult | None) -> FittedClip:
        """Return the fitted transform."""
        if learnt is None or self.options.quantiles is None:
            return FittedClip(self.options.low, self.options.high)
        if learnt.n == 0:
            raise DataError(
                "All training rows lack the column's value, so it has no quantiles",
                fix="leave the feature out, or clip at numbers",
            )
        low, high = (learnt.at(probability) for probability in self.options.quantiles)
        return FittedClip(low, high)

    def restore(self, state: Mapping[str, Json]) -> FittedClip:
        """Return the fitted transform of a state."""
        low, high = state["low"], state["high"]
        low = None if low is None else finite(low)
        high = None if high is None else finite(high)
        if low is not None and high is not None and low > high:
            raise ValueError(f"clip has the bounds {low} and {high}")
        return FittedClip(low, high)
