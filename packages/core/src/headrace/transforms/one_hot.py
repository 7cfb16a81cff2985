"""One-hot: a column of 0 and 1 for each category but the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from headrace.contracts.params import Params
from headrace.data.kinds import Kind
from headrace.errors import DataError
from headrace.models.transform import Column, Transform
from headrace.statistics.categories import Categories

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.models.transform import Json

__all__ = ["FittedOneHot", "OneHot", "OneHotOptions"]


class OneHotOptions(Params):
    """Options of `OneHot`."""

    max_categories: Annotated[int, Field(ge=1, le=10_000)] = 200
    """More distinct categories than this are a data error."""

    unknown: Literal["average", "reference"] = "average"
    """What a category not seen in training is: the training rows' average, or the first one."""


@dataclass(frozen=True, slots=True)
class FittedOneHot:
    """Indicators of all ``categories`` but the first; an unknown one gets ``unknown``'s values."""

    categories: tuple[str | None, ...]
    unknown: tuple[float, ...]

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return one float64 column for each category but the first."""
        known = pa.array(self.categories, pa.string())
        codes = pc.fill_null(pc.index_in(column.values, value_set=known), -1).to_numpy()
        is_unknown = codes < 0
        any_unknown = bool(is_unknown.any())
        columns = []
        for code in range(1, len(self.categories)):
            values = (codes == code).astype(np.float64)
            if any_unknown:
                values[is_unknown] = self.unknown[code - 1]
            category = self.categories[code]
            name = f"{column.name} is null" if category is None else f"{column.name}={category}"
            columns.append(Column(name, pa.array(values)))
        return tuple(columns)

    def state(self) -> Mapping[str, Json]:
        """Return the categories and what an unknown one becomes."""
        return {"categories": list(self.categories), "unknown": list(self.unknown)}


class OneHot(Transform):
    """Indicators, with the first category in sorted order as the reference.

    Null is a category of its own if the training rows have it, otherwise unknown like any other
    that they have not: by default each indicator is then its mean over the training rows, which
    is the average category rather than an arbitrary one.
    """

    Options = OneHotOptions
    options: OneHotOptions
    accepts = frozenset({Kind.CATEGORY})
    handles_missing = True
    yields_many = True

    def statistic(self) -> Categories:
        """Return the categories with their counts."""
        return Categories(self.options.max_categories)

    def fit(self, learnt: Mapping[str | None, int]) -> FittedOneHot:
        """Return the fitted transform."""
        if not learnt:
            raise DataError("There are no training rows to learn categories from")
        total = sum(learnt.values())
        categories = tuple(learnt)
        shares = tuple(learnt[category] / total for category in categories[1:])
        average = self.options.unknown == "average"
        return FittedOneHot(categories, shares if average else (0.0,) * len(shares))

    def restore(self, state: Mapping[str, Json]) -> FittedOneHot:
        """Return the fitted transform of a state."""
        categories = tuple(None if value is None else str(value) for value in state["categories"])
        unknown = tuple(float(value) for value in state["unknown"])
        if not categories or len(unknown) != len(categories) - 1:
            raise ValueError(f"one_hot has {len(categories)} categories, {len(unknown)} shares")
        return FittedOneHot(categories, unknown)
