"""Winsorize: move outliers to the edge of what is usual."""

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

__all__ = ["FittedWinsorize", "Winsorize", "WinsorizeOptions"]


class WinsorizeOptions(Params):
    """Options of `Winsorize`."""

    width: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 3.0
    """Standard deviations from the mean to the edges."""


@dataclass(frozen=True, slots=True)
class FittedWinsorize:
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


class Winsorize(Transform):
    """Move what is further than ``width`` standard deviations from the mean to the edge."""

    Options = WinsorizeOptions
    options: WinsorizeOptions
    accepts = frozenset({Kind.NUMBER})

    def statistic(self) -> Moments:
        """Return what one pass has to learn."""
        return Moments()

    def fit(self, learnt: MomentsResult) -> FittedWinsorize:
        """Return the fitted transform.

        Raises
        ------
        DataError
            No training row has a value.
        """
        if not learnt.n:
            raise DataError("All training rows lack the column's value, so it has no usual range")
        reach = self.options.width * learnt.std
        return FittedWinsorize(learnt.mean - reach, learnt.mean + reach)

    def restore(self, state: Mapping[str, Any]) -> FittedWinsorize:
        """Return the fitted transform of a state."""
        low, high = float(state["low"]), float(state["high"])
        if not low <= high:
            raise ValueError(f"winsorize has the edges {low} and {high}")
        return FittedWinsorize(low, high)
