"""Calendar: parts of a timestamp as numbers, or as points of a circle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat
from pydantic import Field, model_validator

from headrace.contracts.params import Params
from headrace.data.kinds import Kind
from headrace.models.transform import Column, Transform
from headrace.transforms.circle import circle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from headrace.models.transform import Json

__all__ = ["Calendar", "CalendarOptions", "FittedCalendar", "Part"]

Part = Literal["year", "month", "day", "day_of_year", "weekday", "hour", "minute"]


_EXTRACT: Final[Mapping[Part, Callable[[pa.Array], pa.Array]]] = {
    "year": pc.year,
    "month": pc.month,
    "day": pc.day,
    "day_of_year": pc.day_of_year,
    "weekday": pc.day_of_week,
    "hour": pc.hour,
    "minute": pc.minute,
}
_PERIODS: Final[Mapping[Part, tuple[int, int]]] = {  # first value, and how many there are
    "month": (1, 12),
    "day": (1, 31),
    "day_of_year": (1, 366),
    "weekday": (0, 7),
    "hour": (0, 24),
    "minute": (0, 60),
}


class CalendarOptions(Params):
    """Options of `Calendar`."""

    parts: Annotated[tuple[Part, ...], Field(min_length=1)] = ("month", "weekday", "hour")
    """Which parts, in this order; weekday 0 is Monday."""

    cyclic: bool = False
    """Whether a part becomes sine and cosine of its place in its period, with December beside
    January; the periods of ``day`` and ``day_of_year`` are 31 and 366."""

    @model_validator(mode="after")
    def _check_parts(self) -> Self:
        if self.cyclic and "year" in self.parts:
            raise ValueError("years do not come again: leave year out of what is cyclic")
        return self


@dataclass(frozen=True, slots=True)
class FittedCalendar:
    """Take ``parts`` of a timestamp, in its own time zone."""

    parts: tuple[Part, ...]
    cyclic: bool = False

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return one float64 column a part, two if cyclic, missing where the timestamp is."""
        values = column.values
        if pat.is_dictionary(values.type):
            values = values.dictionary_decode()
        if pat.is_date(values.type):
            values = values.cast(pa.timestamp("s"))
        return tuple(
            made
            for part in self.parts
            for made in self._columns(f"{column.name}.{part}", part, _EXTRACT[part](values))
        )

    def _columns(self, name: str, part: Part, values: pa.Array) -> Iterator[Column]:
        if not self.cyclic:
            yield Column(name, values.cast(pa.float64()))
            return
        first, period = _PERIODS[part]
        points = np.vstack([circle(period), [np.nan, np.nan]])
        places = pc.fill_null(pc.subtract(values, first), period).to_numpy(zero_copy_only=False)
        for form, of_place in zip(("sin", "cos"), points.T, strict=True):
            yield Column(f"{name}.{form}", pa.array(of_place[places]))

    def state(self) -> Mapping[str, Json]:
        """Return nothing: the options say it all."""
        return {}


class Calendar(Transform):
    """A null timestamp gives missing parts; every other has all of them, none is unknown."""

    Options = CalendarOptions
    options: CalendarOptions
    accepts = frozenset({Kind.TIMESTAMP})
    yields_many = True

    def fit(self, learnt: None) -> FittedCalendar:  # noqa: ARG002 - there is nothing to learn
        """Return the transform; nothing is learnt."""
        return FittedCalendar(self.options.parts, self.options.cyclic)

    def restore(self, state: Mapping[str, Json]) -> FittedCalendar:  # noqa: ARG002 - see fit
        """Return the transform."""
        return FittedCalendar(self.options.parts, self.options.cyclic)
