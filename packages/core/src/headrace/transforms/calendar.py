"""Calendar: parts of a timestamp as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat
from pydantic import Field

from headrace.contracts.params import Params
from headrace.data.kinds import Kind
from headrace.models.transform import Column, Transform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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


class CalendarOptions(Params):
    """Options of `Calendar`."""

    parts: Annotated[tuple[Part, ...], Field(min_length=1)] = ("month", "weekday", "hour")
    """Which parts, in this order; weekday 0 is Monday."""


@dataclass(frozen=True, slots=True)
class FittedCalendar:
    """Take ``parts`` of a timestamp, in its own time zone."""

    parts: tuple[Part, ...]

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return one float64 column a part, null where the timestamp is."""
        values = column.values
        if pat.is_date(values.type):
            values = values.cast(pa.timestamp("s"))
        return tuple(
            Column(f"{column.name}.{part}", _EXTRACT[part](values).cast(pa.float64()))
            for part in self.parts
        )

    def state(self) -> Mapping[str, Json]:
        """Return nothing: the options say it all."""
        return {}


class Calendar(Transform):
    """A null timestamp gives missing parts."""

    Options = CalendarOptions
    options: CalendarOptions
    accepts = frozenset({Kind.TIMESTAMP})
    yields_many = True

    def fit(self, learnt: None) -> FittedCalendar:  # noqa: ARG002 - there is nothing to learn
        """Return the transform; nothing is learnt."""
        return FittedCalendar(self.options.parts)

    def restore(self, state: Mapping[str, Json]) -> FittedCalendar:  # noqa: ARG002 - see fit
        """Return the transform."""
        return FittedCalendar(self.options.parts)
