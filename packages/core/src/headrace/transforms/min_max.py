"""Min-max: the training rows' range becomes a given one."""

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
from headrace.statistics.extremes import Extremes
from headrace.transforms.state import number_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.models.transform import Json
    from headrace.statistics.extremes import ExtremesResult

__all__ = ["FittedMinMax", "MinMax", "MinMaxOptions"]


class MinMaxOptions(Params):
    """Options of `MinMax`."""

    low: FiniteFloat = 0.0
    """What the training rows' minimum becomes."""

    high: FiniteFloat = 1.0
    """What their maximum becomes."""

    clip: bool = False
    """Whether values beyond the training rows' range become ``low`` and ``high``."""

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low is {self.low:g} and high {self.high:g}; wanted low below high")
        if not math.isfinite(self.high - self.low):
            raise ValueError("the distance of low and high is beyond float64")
        return self


@dataclass(frozen=True, slots=True)
class FittedMinMax:
    """Map ``minimum`` to ``low`` and ``maximum`` to ``high``, both to the bit."""

    minimum: float
    maximum: float
    low: float
    high: float
    clip: bool

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return the column as float64, NaN where missing."""
        values = numbers(column.values).astype(np.float64, copy=False)
        with np.errstate(over="ignore"):
            share = (values - self.minimum) / (self.maximum - self.minimum or 1.0)
            out = self.low + (self.high - self.low) * share
        out[share == 1.0] = self.high  # rounding may miss it
        if self.clip:
            out = np.clip(out, self.low, self.high)
        return (Column(column.name, pa.array(out)),)

    def state(self) -> Mapping[str, Json]:
        """Return the range of the training rows."""
        return {"minimum": self.minimum, "maximum": self.maximum}


class MinMax(Transform):
    """Null and NaN stay missing; infinities make bad rows.

    Values beyond the training rows' range go beyond ``low`` and ``high`` in proportion, unless
    they are clipped. A column that is constant in training becomes ``low``.
    """

    Options = MinMaxOptions
    options: MinMaxOptions
    accepts = frozenset({Kind.NUMBER})

    def __init__(self, options: MinMaxOptions) -> None:
        super().__init__(options)
        self.least = options.low if options.clip else None

    def statistic(self) -> Extremes:
        """Return the extremes."""
        return Extremes()

    def fit(self, learnt: ExtremesResult) -> FittedMinMax:
        """Return the fitted transform."""
        if learnt.n == 0:
            raise DataError(
                "All training rows lack the column's value, so it has no range",
                fix="leave the feature out",
            )
        if not math.isfinite(learnt.maximum - learnt.minimum):
            raise DataError(
                f"The column's values reach from {learnt.minimum:.3g} to {learnt.maximum:.3g}; "
                "their distance is beyond float64",
                fix="clip the feature first",
            )
        return self._fitted(learnt.minimum, learnt.maximum)

    def restore(self, state: Mapping[str, Json]) -> FittedMinMax:
        """Return the fitted transform of a state."""
        minimum, maximum = number_in(state, "minimum"), number_in(state, "maximum")
        if minimum > maximum or not math.isfinite(maximum - minimum):
            raise ValueError(f"min_max has a range from {minimum} to {maximum}")
        return self._fitted(minimum, maximum)

    def _fitted(self, minimum: float, maximum: float) -> FittedMinMax:
        options = self.options
        return FittedMinMax(minimum, maximum, options.low, options.high, options.clip)
