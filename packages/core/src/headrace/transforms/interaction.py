"""Interaction: products of a feature with other features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np
import pyarrow as pa
from pydantic import ConfigDict, Field, field_validator

from headrace.contracts.params import ColumnName, Params
from headrace.data.expansions import FLOAT64_BITS, product, terms_of
from headrace.data.kinds import Kind
from headrace.data.numbers import FLOAT32_BITS, numbers
from headrace.models.transform import Column, Transform

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.data.expansions import Expansion
    from headrace.models.transform import Json

__all__ = ["FittedInteraction", "Interaction", "InteractionOptions"]


class InteractionOptions(Params):
    """Options of `Interaction`."""

    model_config = ConfigDict(serialize_by_alias=True)

    partners: Annotated[tuple[ColumnName, ...], Field(min_length=1, alias="with")]
    """The other features, each once."""

    @field_validator("partners")
    @classmethod
    def _check_partners(cls, partners: tuple[str, ...]) -> tuple[str, ...]:
        repeated = sorted({name for name in partners if partners.count(name) > 1})
        if repeated:
            raise ValueError(f"lists {', '.join(repeated)} more than once")
        return partners


@dataclass(frozen=True, slots=True)
class FittedInteraction:
    """Add the products with ``partners``' columns."""

    partners: tuple[str, ...]

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return the column itself, which is all that other features combine with."""
        return (column,)

    def combine(
        self, columns: tuple[Column, ...], others: Mapping[str, tuple[Column, ...]]
    ) -> tuple[Column, ...]:
        """Return the columns, then partner by partner each column times each of the partner's."""
        products = [
            _product(column, other)
            for partner in self.partners
            for column in columns
            for other in others[partner]
        ]
        return (*columns, *products)

    def state(self) -> Mapping[str, Json]:
        """Return nothing: the options say it all."""
        return {}


class Interaction(Transform):
    """The feature's columns, and their products with other features' columns.

    It comes last in its list, and takes the other features' columns as their own transforms leave
    them, without what their interactions add: so a category behind one_hot gives a product for
    each of its columns. Where a factor is missing, the product is. Products are exact: what
    rounding leaves out of them goes along for models that make use of it, such as linreg.
    """

    Options = InteractionOptions
    options: InteractionOptions
    accepts = frozenset({Kind.NUMBER})
    keeps_values = True
    yields_many = True

    def __init__(self, options: InteractionOptions) -> None:
        super().__init__(options)
        self.partners = options.partners

    def fit(self, learnt: None) -> FittedInteraction:  # noqa: ARG002 - there is nothing to learn
        """Return the transform; nothing is learnt."""
        return FittedInteraction(self.partners)

    def restore(self, state: Mapping[str, Json]) -> FittedInteraction:  # noqa: ARG002 - see fit
        """Return the transform."""
        return FittedInteraction(self.partners)


def _product(left: Column, right: Column) -> Column:
    (left_terms, left_bits), (right_terms, right_bits) = _exact(left), _exact(right)
    values, *corrections = product(left_terms, right_terms, terms_of(left_bits + right_bits))
    return Column(f"{left.name}*{right.name}", pa.array(values), corrections=tuple(corrections))


def _exact(column: Column) -> tuple[Expansion, int]:
    """Return the terms of a column's values, and how many bits they have."""
    values = numbers(column.values)
    n_bits = FLOAT32_BITS if values.dtype == np.float32 else FLOAT64_BITS
    terms = (values.astype(np.float64, copy=False), *column.corrections)
    return terms, n_bits + FLOAT64_BITS * len(column.corrections)
