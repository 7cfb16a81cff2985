"""Ordinal: categories as codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from headrace.contracts.params import Params
from headrace.data.kinds import Kind
from headrace.models.transform import Column, Transform
from headrace.statistics.categories import COUNTED, Categories, greatest_counts
from headrace.transforms.state import texts_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.models.transform import Json

__all__ = ["FittedOrdinal", "Ordinal", "OrdinalOptions"]


class OrdinalOptions(Params):
    """Options of `Ordinal`."""

    max_categories: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    """More distinct categories than this are a data error, where all are learnt."""

    most_frequent: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Learn only so many categories, those with the most training rows; of equals, the first."""

    categories: Annotated[tuple[str, ...], Field(min_length=1, max_length=1_000_000)] | None = None
    """Learn nothing, these are the categories in the order of their codes."""

    @model_validator(mode="after")
    def _check_categories(self) -> Self:
        if self.categories is not None and self.most_frequent is not None:
            raise ValueError("wanted categories or most_frequent, not both")
        if self.categories is not None and len(set(self.categories)) < len(self.categories):
            raise ValueError("categories names one twice")
        return self


@dataclass(frozen=True, slots=True)
class FittedOrdinal:
    """Map the categories to their places in ``categories``."""

    categories: tuple[str, ...]

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return the codes as float32, NaN for a category not seen in training and for null."""
        codes = pc.index_in(column.values, value_set=pa.array(self.categories, pa.string()))
        values = codes.to_numpy(zero_copy_only=False).astype(np.float32)
        return (Column(column.name, pa.array(values), n_categories=len(self.categories)),)

    def state(self) -> Mapping[str, Json]:
        """Return the categories in order."""
        return {"categories": list(self.categories)}


class Ordinal(Transform):
    """Codes 0, 1, 2… in the sorted order of the training rows' categories, or that declared.

    Null and a category that is none of them (never seen, or left out by ``most_frequent``) are
    missing: a model that takes missing values (a booster) sends them its own way, for another
    impute has to follow.
    """

    Options = OrdinalOptions
    options: OrdinalOptions
    accepts = frozenset({Kind.CATEGORY})
    makes_missing = True
    yields_codes = True

    def statistic(self) -> Categories | None:
        """Return the categories, where they are learnt."""
        if self.options.categories is not None:
            return None
        is_bounded = self.options.most_frequent is None
        return Categories(self.options.max_categories if is_bounded else COUNTED)

    def fit(self, learnt: Mapping[str | None, int] | None) -> FittedOrdinal:
        """Return the fitted transform."""
        if learnt is None:
            return FittedOrdinal(self.options.categories or ())
        kept = {category: count for category, count in learnt.items() if category is not None}
        if self.options.most_frequent is not None:
            kept = greatest_counts(kept, self.options.most_frequent)
        return FittedOrdinal(tuple(kept))

    def restore(self, state: Mapping[str, Json]) -> FittedOrdinal:
        """Return the fitted transform of a state."""
        texts = texts_in(state, "categories")
        known = tuple(text for text in texts if text is not None)
        if len(known) < len(texts):
            raise ValueError("ordinal has a code for null")
        return FittedOrdinal(known)
