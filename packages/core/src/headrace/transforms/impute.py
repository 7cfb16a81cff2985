"""Impute: a number or a text where one is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import FiniteFloat, model_validator

from headrace.contracts.params import Params
from headrace.data.kinds import Kind
from headrace.data.numbers import numbers
from headrace.errors import DataError
from headrace.models.transform import Column, Transform
from headrace.statistics.moments import Moments, MomentsResult
from headrace.statistics.most_frequent import MostFrequent
from headrace.statistics.quantiles import Quantiles, QuantilesResult
from headrace.transforms.state import finite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.models.transform import Json

__all__ = ["FittedImpute", "Impute", "ImputeOptions"]


class ImputeOptions(Params):
    """Options of `Impute`."""

    strategy: Literal["mean", "median", "most_frequent", "constant"] = "mean"
    """What of the training rows, or a ``constant``; ``most_frequent`` goes with text as well."""

    value: FiniteFloat | str | None = None
    """The constant: a number, or a text for a column of text."""

    indicator: bool = False
    """Whether a second column says 1 where one was missing, 0 elsewhere; with numbers only."""

    @model_validator(mode="after")
    def _check_value(self) -> Self:
        if (self.strategy == "constant") != (self.value is not None):
            raise ValueError("value goes with strategy 'constant', and only with it")
        if self.indicator and isinstance(self.value, str):
            raise ValueError("indicator goes with numbers; one_hot has a column for a missing text")
        return self


@dataclass(frozen=True, slots=True)
class FittedImpute:
    """Put ``fill`` in the place of null and NaN."""

    fill: float | str
    indicator: bool = False

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return the column without missing values: float64, or text; and where any were."""
        if isinstance(self.fill, str):
            return (Column(column.name, pc.fill_null(column.values.cast(pa.string()), self.fill)),)
        values = numbers(column.values).astype(np.float64, copy=False)
        is_missing = np.isnan(values)
        filled = Column(column.name, pa.array(np.where(is_missing, self.fill, values)))
        if not self.indicator:
            return (filled,)
        indicator = pa.array(is_missing.astype(np.float64))
        return (filled, Column(f"{column.name} is missing", indicator))

    def state(self) -> Mapping[str, Json]:
        """Return what is put in."""
        return {"fill": self.fill}


class Impute(Transform):
    """Null and NaN become a number, null in a column of text a text; infinities make bad rows.

    A number or text that training never saw stays what it is.
    """

    Options = ImputeOptions
    options: ImputeOptions
    handles_missing = True

    def __init__(self, options: ImputeOptions) -> None:
        super().__init__(options)
        self.accepts = frozenset(_kinds(options))
        self.yields_many = options.indicator
        self.keeps_values = not options.indicator

    def yields(self, kind: Kind) -> Kind:
        """Return the same kind."""
        return kind

    def statistic(self) -> Moments | Quantiles | MostFrequent | None:
        """Return what the strategy needs."""
        match self.options.strategy:
            case "mean":
                return Moments()
            case "median":
                return Quantiles()
            case "most_frequent":
                return MostFrequent()
            case "constant":
                return None

    def fit(self, learnt: MomentsResult | QuantilesResult | str | float | None) -> FittedImpute:
        """Return the fitted transform."""
        options = self.options
        if options.value is not None:
            return FittedImpute(options.value, options.indicator)
        if learnt is None or (not isinstance(learnt, str | float) and learnt.n == 0):
            name = "most frequent value" if learnt is None else options.strategy
            raise DataError(
                f"All training rows lack the column's value, so it has no {name} to impute",
                fix="leave the feature out, or impute a constant",
            )
        if isinstance(learnt, MomentsResult):
            return FittedImpute(learnt.mean, options.indicator)
        if isinstance(learnt, QuantilesResult):
            return FittedImpute(learnt.at(0.5), options.indicator)
        return FittedImpute(learnt, options.indicator)

    def restore(self, state: Mapping[str, Json]) -> FittedImpute:
        """Return the fitted transform of a state."""
        fill = state["fill"]
        kind = Kind.CATEGORY if isinstance(fill, str) else Kind.NUMBER
        if kind not in self.accepts:
            raise ValueError(f"impute would put in {fill!r}")
        if isinstance(fill, str):
            fill.encode()  # JSON may hold half a character, Arrow may not
            return FittedImpute(fill, self.options.indicator)
        return FittedImpute(finite(fill), self.options.indicator)


def _kinds(options: ImputeOptions) -> set[Kind]:
    """Return the kinds of columns that have what is to be put in."""
    if options.strategy == "most_frequent" and not options.indicator:
        return {Kind.NUMBER, Kind.CATEGORY}
    return {Kind.CATEGORY} if isinstance(options.value, str) else {Kind.NUMBER}
