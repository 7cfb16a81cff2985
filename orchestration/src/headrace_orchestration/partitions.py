"""Partitions: a flow that is run once for every hour, day or month of its data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ANY_PARTITION", "Cadence", "Partitioning", "Partitions", "Span"]

ANY_PARTITION: Final = "*"
"""Stands for a partition where none is meant: addresses become globs over all of them."""

Cadence = Literal["hourly", "daily", "monthly"]

_FORMS: Final[dict[Cadence, str]] = {
    "hourly": "%Y-%m-%dT%H",
    "daily": "%Y-%m-%d",
    "monthly": "%Y-%m",
}
_PARTS: Final = {"year": "%Y", "month": "%m", "day": "%d", "hour": "%H"}
_EXAMPLE: Final = datetime(2013, 1, 5, 7, tzinfo=UTC)
_MANY: Final = 10_000  # a range of more is a slip of the pen


class Span(BaseModel):
    """Which partitions there are."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    first: str | None = None
    """The first one, such as ``2013-01-01``; an earlier one is refused."""
    last: str | None = None
    """The last one; a later one is refused."""


@dataclass(frozen=True, slots=True)
class Partitioning:
    """How a flow's data are cut, and which parts there are.

    Parameters
    ----------
    cadence : str
        ``hourly``, ``daily`` or ``monthly``.
    first, last : str or None
        Bounds, both included.
    """

    cadence: Cadence
    first: str | None = None
    last: str | None = None

    @classmethod
    def of(cls, partitions: dict[Cadence, Span]) -> Self:
        """Return what a flow file says."""
        ((cadence, span),) = partitions.items()
        return cls(cadence, span.first, span.last)

    @property
    def form(self) -> str:
        """How a key is written, for ``strftime``."""
        return _FORMS[self.cadence]

    @property
    def example(self) -> str:
        """A key that there is, for messages and checks."""
        return self.first or self.last or _EXAMPLE.strftime(self.form)

    @property
    def parts(self) -> tuple[str, ...]:
        """What ``${partition.…}`` may name."""
        return tuple(name for name, form in _PARTS.items() if form in self.form)

    def value(self, key: str, part: str = "") -> str:
        """Return a key, or one part of it, with the zeros it is written with."""
        if key == ANY_PARTITION or not part:
            return key
        return self._read(key).strftime(_PARTS[part])

    def check(self, key: str) -> str:
        """Return a key if there is such a partition.

        Raises
        ------
        ValueError
            It has another form, or is before the first or after the last.
        """
        self._read(key)
        if self.first is not None and key < self.first:
            raise ValueError(f"'{key}' is before the first partition, '{self.first}'")
        if self.last is not None and key > self.last:
            raise ValueError(f"'{key}' is after the last partition, '{self.last}'")
        return key

    def keys(self, text: str) -> tuple[str, ...]:
        """Return the keys that a text stands for: one, or with ``FIRST..LAST`` several in order.

        Raises
        ------
        ValueError
            As `check`; or the range is empty or very long.
        """
        first, dots, last = text.partition("..")
        if not dots:
            return (self.check(text),)
        self.check(first)
        self.check(last)
        if first > last:
            raise ValueError(f"'{text}' runs backwards; wanted FIRST..LAST")
        keys = []
        for key in self._from(first):
            if key > last:
                break
            keys.append(key)
            if len(keys) > _MANY:
                raise ValueError(f"'{text}' stands for more than {_MANY:,} partitions")
        return tuple(keys)

    def _from(self, key: str) -> Iterator[str]:
        at = self._read(key)
        while True:
            yield at.strftime(self.form)
            if self.cadence == "monthly":
                at = (at + timedelta(days=31)).replace(day=1)
            else:
                at += timedelta(hours=1) if self.cadence == "hourly" else timedelta(days=1)

    def _read(self, key: str) -> datetime:
        try:
            at = datetime.strptime(key, self.form).replace(tzinfo=UTC)
        except ValueError:
            at = None
        if at is None or at.strftime(self.form) != key:
            example = _EXAMPLE.strftime(self.form)
            raise ValueError(
                f"'{key}' is not a {self.cadence} partition; wanted one like {example}"
            )
        return at


def _check(partitions: dict[Cadence, Span]) -> dict[Cadence, Span]:
    found = Partitioning.of(partitions)
    for key in filter(None, (found.first, found.last)):
        Partitioning(found.cadence).check(key)
    if found.first and found.last and found.first > found.last:
        raise ValueError(f"the first partition, '{found.first}', is after the last")
    return partitions


Partitions = Annotated[
    dict[Cadence, Span],
    Field(
        min_length=1, max_length=1, json_schema_extra={"propertyNames": {"enum": get_args(Cadence)}}
    ),
    AfterValidator(_check),
]
