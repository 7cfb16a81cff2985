"""Polynomial: the powers of a number, exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np
import pyarrow as pa
from pydantic import Field

from headrace.contracts.params import Params
from headrace.data.expansions import FLOAT64_BITS, powers
from headrace.data.kinds import Kind
from headrace.data.numbers import FLOAT32_BITS, numbers
from headrace.models import Column, Transform

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.models.transform import Json

__all__ = ["FittedPolynomial", "Polynomial", "PolynomialOptions"]


class PolynomialOptions(Params):
    """Options of `Polynomial`."""

    degree: Annotated[int, Field(ge=2, le=20)] = 2
    """The highest power."""


@dataclass(frozen=True, slots=True)
class FittedPolynomial:
    """Add the powers 2 to ``degree``."""

    degree: int

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return the column, then its powers as float64, NaN where it is missing."""
        values = numbers(column.values)
        n_bits = FLOAT32_BITS if values.dtype == np.float32 else FLOAT64_BITS
        found = powers(values.astype(np.float64, copy=False), self.degree, n_bits)
        columns = [
            Column(f"{column.name}^{exponent}", pa.array(power[0]), corrections=power[1:])
            for exponent, power in enumerate(found, 2)
        ]
        return (column, *columns)

    def state(self) -> Mapping[str, Json]:
        """Return nothing: the options say it all."""
        return {}


class Polynomial(Transform):
    """The powers x, x^2, x^3 and so on; null and NaN stay missing.

    A power of a float64 has more digits than a float64 holds. Rounding them away costs a fit of
    high degree half of its digits and more, so what rounding leaves out goes along with the
    rounded values. Predictions are made from the rounded ones.
    """

    Options = PolynomialOptions
    options: PolynomialOptions
    accepts = frozenset({Kind.NUMBER})
    yields_many = True

    def fit(self, learnt: None) -> FittedPolynomial:  # noqa: ARG002 - there is nothing to learn
        """Return the transform; nothing is learnt."""
        return FittedPolynomial(self.options.degree)

    def restore(self, state: Mapping[str, Json]) -> FittedPolynomial:  # noqa: ARG002 - see fit
        """Return the transform."""
        return FittedPolynomial(self.options.degree)
