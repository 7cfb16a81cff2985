"""Log: the natural logarithm of a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headrace.contracts.params import Params
from headrace.data.domain import Domain
from headrace.data.kinds import Kind
from headrace.data.numbers import numbers
from headrace.models.transform import Column, Transform

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.models.transform import Json

__all__ = ["FittedLog", "Log", "LogOptions"]


class LogOptions(Params):
    """Options of `Log`."""

    form: Literal["log", "log1p"] = "log"
    """``log`` of values above 0, or ``log1p``, the logarithm of 1 + value, of those above -1."""


@dataclass(frozen=True, slots=True)
class FittedLog:
    """Take the logarithm in the ``domain``."""

    form: Literal["log", "log1p"]
    domain: Domain

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return the column as float64, NaN outside the domain and where missing.

        Arrow computes one value at a time, so that the neighbours play no part, as they do in
        vector instructions; the last bit is that of the machine's mathematical library.
        """
        values = numbers(column.values).astype(np.float64, copy=False)
        inside = pa.array(np.where(self.domain.outside(values), np.nan, values))
        return (Column(column.name, pc.ln(inside) if self.form == "log" else pc.log1p(inside)),)

    def state(self) -> Mapping[str, Json]:
        """Return nothing: the options say it all."""
        return {}


class Log(Transform):
    """Null and NaN stay missing; infinities make bad rows.

    A value outside the domain (0 and below for ``log``, -1 and below for ``log1p``) is missing
    where something takes what is missing: an impute behind, or a model such as a booster. For
    others it makes a bad row, and log has to come first or behind impute, so that this can be
    seen, or behind a clip that leaves only values that have a logarithm.
    """

    Options = LogOptions
    options: LogOptions
    accepts = frozenset({Kind.NUMBER})

    def __init__(self, options: LogOptions) -> None:
        super().__init__(options)
        self._domain = Domain(above=0.0 if options.form == "log" else -1.0)
        self.domain = self._domain

    def fit(self, learnt: None) -> FittedLog:  # noqa: ARG002 - there is nothing to learn
        """Return the transform; nothing is learnt."""
        return FittedLog(self.options.form, self._domain)

    def restore(self, state: Mapping[str, Json]) -> FittedLog:  # noqa: ARG002 - see fit
        """Return the transform."""
        return FittedLog(self.options.form, self._domain)
