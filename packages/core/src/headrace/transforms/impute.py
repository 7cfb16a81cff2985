"""Impute: a number where one is missing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, FiniteFloat, model_validator

from headrace.contracts.params import Params
from headrace.data.kinds import Kind
from headrace.data.numbers import numbers
from headrace.errors import DataError
from headrace.models.transform import Column, Transform
from headrace.statistics.moments import Moments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.models.transform import Json
    from headrace.statistics.moments import MomentsResult

__all__ = ["FittedImpute", "Impute", "ImputeOptions"]


class ImputeOptions(Params):
    """Options of `Impute`."""

    strategy: Literal["mean", "constant"] = "mean"
    """``mean`` of the training rows, or a ``constant``."""

    value: FiniteFloat | None = Field(default=None)
    """The constant."""

    @model_validator(mode="after")
    def _check_value(self) -> Self:
        if (self.strategy == "constant") != (self.value is not None):
            raise ValueError("value goes with strategy 'constant', and only with it")
        return self


@dataclass(frozen=True, slots=True)
class FittedImpute:
    """Put ``fill`` in the place of null and NaN."""

    fill: float

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return the column as float64 without missing values."""
        values = numbers(column.values).astype(np.float64, copy=False)
        filled = np.where(np.isnan(values), self.fill, values)
        return (Column(column.name, pa.array(filled)),)

    def state(self) -> Mapping[str, Json]:
        """Return the number that is put in."""
        return {"fill": self.fill}


class Impute(Transform):
    """Null and NaN become a number; infinities stay, and are bad rows."""

    Options = ImputeOptions
    options: ImputeOptions
    accepts = frozenset({Kind.NUMBER})
    handles_missing = True

    def statistic(self) -> Moments | None:
        """Return the moments, where the mean is wanted."""
        return Moments() if self.options.strategy == "mean" else None

    def fit(self, learnt: MomentsResult | None) -> FittedImpute:
        """Return the fitted transform."""
        if learnt is None:
            assert self.options.value is not None  # noqa: S101 - the options' validator saw to it
            return FittedImpute(self.options.value)
        if learnt.n == 0:
            raise DataError(
                "All training rows lack the column's value, so it has no mean to impute",
                fix="leave the feature out, or impute a constant",
            )
        return FittedImpute(learnt.mean)

    def restore(self, state: Mapping[str, Json]) -> FittedImpute:
        """Return the fitted transform of a state."""
        fill = float(state["fill"])
        if not math.isfinite(fill):
            raise ValueError(f"impute would put in {fill}")
        return FittedImpute(fill)
