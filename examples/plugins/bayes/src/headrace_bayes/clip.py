"""Clip: move outliers to the edge of what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from headrace import Column, DataError, Kind, Params, Transform
from headrace.data.numbers import numbers
from headrace.statistics import Moments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.statistics import MomentsResult

__all__ = ["Clip", "ClipOptions", "FittedClip"]


class ClipOptions(Params):
    """Options of `Clip`."""

    width: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 3.0
    """Standard deviations from the mean to the edges."""


@dataclass(frozen=True, slots=True)
class FittedClip:
    """Keep values between ``low`` and ``high``."""

    low: float
    high: float

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return the column as floats; what is missing stays so."""
        clipped = np.clip(numbers(column.values), self.low, self.high)
        return (Column(column.name, pa.array(clipped)),)

    def state(self) -> Mapping[str, float]:
        """Return the edges."""
        return {"low": self.low, "high": self.high}


class Clip(Transform):
    """Move what is further than ``width`` standard deviations from the mean to the edge."""

    Options = ClipOptions
    options: ClipOptions
    accepts = frozenset({Kind.NUMBER})

    def statistic(self) -> Moments:
        """Return what one pass has to learn."""
        return Moments()

    def fit(self, learnt: MomentsResult) -> FittedClip:
        """Return the fitted transform.

        Raises
        ------
        DataError
            No training row has a value.
        """
        if not learnt.n:
            raise DataError("All training rows lack the column's value, so it has no usual range")
        reach = self.options.width * learnt.std
        return FittedClip(learnt.mean - reach, learnt.mean + reach)

    def restore(self, state: Mapping[str, Any]) -> FittedClip:
        """Return the fitted transform of a state."""
        low, high = float(state["low"]), float(state["high"])
        if not low <= high:
            raise ValueError(f"clip has the edges {low} and {high}")
        return FittedClip(low, high)
