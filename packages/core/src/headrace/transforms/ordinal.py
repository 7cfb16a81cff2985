"""Ordinal: categories as codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from headrace.contracts.params import Params
from headrace.data.kinds import Kind
from headrace.models.transform import Column, Transform
from headrace.statistics.categories import Categories

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.models.transform import Json

__all__ = ["FittedOrdinal", "Ordinal", "OrdinalOptions"]


class OrdinalOptions(Params):
    """Options of `Ordinal`."""

    max_categories: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    """More distinct categories than this are a data error."""


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
    """Codes 0, 1, 2… in the sorted order of the training rows' categories.

    A category not seen in training and null are missing: a model that takes missing values (a
    booster) sends them its own way, for another impute has to follow.
    """

    Options = OrdinalOptions
    options: OrdinalOptions
    accepts = frozenset({Kind.CATEGORY})
    makes_missing = True

    def statistic(self) -> Categories:
        """Return the categories."""
        return Categories(self.options.max_categories)

    def fit(self, learnt: Mapping[str | None, int]) -> FittedOrdinal:
        """Return the fitted transform."""
        return FittedOrdinal(tuple(category for category in learnt if category is not None))

    def restore(self, state: Mapping[str, Json]) -> FittedOrdinal:
        """Return the fitted transform of a state."""
        return FittedOrdinal(tuple(str(category) for category in state["categories"]))
