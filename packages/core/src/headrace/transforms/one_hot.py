"""One-hot: a column of 0 and 1 for each category but the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from headrace.contracts.params import Params
from headrace.data.kinds import Kind
from headrace.errors import DataError
from headrace.models.transform import Column, Transform
from headrace.statistics.categories import COUNTED, Categories, greatest_counts
from headrace.transforms.indicators import indicators
from headrace.transforms.state import numbers_in, texts_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.models.transform import Json

__all__ = ["FittedOneHot", "OneHot", "OneHotOptions"]


class OneHotOptions(Params):
    """Options of `OneHot`."""

    max_categories: Annotated[int, Field(ge=1, le=10_000)] = 200
    """More distinct categories than this are a data error, where all are learnt."""

    most_frequent: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Learn only so many categories, those with the most training rows; of equals, the first."""

    categories: Annotated[tuple[str | None, ...], Field(min_length=1, max_length=10_000)] | None = (
        None
    )
    """Learn nothing, these are the categories; the first of them is the reference."""

    unknown: Literal["average", "reference", "other"] | None = None
    """What a category is that is none of them: the training rows' ``average``, the ``reference``,
    or an ``other`` with a column of its own. By default the average where all are learnt, other
    with ``most_frequent``, the reference with ``categories``."""

    @model_validator(mode="after")
    def _check_categories(self) -> Self:
        if self.categories is not None and self.most_frequent is not None:
            raise ValueError("wanted categories or most_frequent, not both")
        if self.categories is not None and len(set(self.categories)) < len(self.categories):
            raise ValueError("categories names one twice")
        if self.unknown == "average" and self.categories is not None:
            raise ValueError("unknown 'average' is of training rows; with categories none count")
        learns_all = self.categories is None and self.most_frequent is None
        if self.unknown == "other" and learns_all:
            raise ValueError("unknown 'other' goes with categories or most_frequent")
        return self


@dataclass(frozen=True, slots=True)
class FittedOneHot:
    """Indicators of all ``categories`` but the first; an unknown one gets ``unknown``'s values.

    There is one value of ``unknown`` more where unknown ones have a column of their own.
    """

    categories: tuple[str | None, ...]
    unknown: tuple[float, ...]

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return one float64 column for each category but the first, and one for others."""
        known = pa.array(self.categories, pa.string())
        codes = pc.fill_null(pc.index_in(column.values, value_set=known), -1).to_numpy()
        values = indicators(codes, len(self.unknown))
        is_unknown = codes < 0
        if is_unknown.any():
            values[:, is_unknown] = np.array(self.unknown)[:, np.newaxis]
        return tuple(
            Column(f"{column.name}{self._said(code)}", pa.array(indicator))
            for code, indicator in enumerate(values, 1)
        )

    def _said(self, code: int) -> str:
        if code == len(self.categories):
            return " is other"
        category = self.categories[code]
        return " is null" if category is None else f"={category}"

    def state(self) -> Mapping[str, Json]:
        """Return the categories and what an unknown one becomes."""
        return {"categories": list(self.categories), "unknown": list(self.unknown)}


class OneHot(Transform):
    """Indicators, with the first category in sorted order as the reference.

    Null is a category of its own if it is among the categories, otherwise unknown like any other
    that is not: by default each indicator is then its mean over the training rows, which is the
    average category rather than an arbitrary one. With ``most_frequent``, the categories left
    out, null perhaps, and those never seen are one more, if any were left out.
    """

    Options = OneHotOptions
    options: OneHotOptions
    accepts = frozenset({Kind.CATEGORY})
    handles_missing = True
    yields_many = True

    def statistic(self) -> Categories | None:
        """Return the categories with their counts, where they are learnt."""
        if self.options.categories is not None:
            return None
        is_bounded = self.options.most_frequent is None
        return Categories(self.options.max_categories if is_bounded else COUNTED)

    def fit(self, learnt: Mapping[str | None, int] | None) -> FittedOneHot:
        """Return the fitted transform."""
        options = self.options
        if learnt is None:
            declared = options.categories or ()
            others = (1.0,) if options.unknown == "other" else ()
            return FittedOneHot(declared, (0.0,) * (len(declared) - 1) + others)
        if not learnt:
            raise DataError("There are no training rows to learn categories from")
        kept = learnt
        if options.most_frequent is not None:
            kept = greatest_counts(learnt, options.most_frequent)
        if len(kept) < len(learnt) and options.unknown in {None, "other"}:
            return FittedOneHot(tuple(kept), (0.0,) * (len(kept) - 1) + (1.0,))
        total = sum(learnt.values())
        shares = tuple(count / total for count in kept.values())[1:]
        is_reference = options.unknown == "reference"
        return FittedOneHot(tuple(kept), (0.0,) * len(shares) if is_reference else shares)

    def restore(self, state: Mapping[str, Json]) -> FittedOneHot:
        """Return the fitted transform of a state."""
        categories, unknown = texts_in(state, "categories"), numbers_in(state, "unknown")
        if not categories or len(categories) - len(unknown) not in {0, 1}:
            raise ValueError(f"one_hot has {len(categories)} categories, {len(unknown)} shares")
        return FittedOneHot(categories, unknown)
