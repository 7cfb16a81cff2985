"""The log itself: numbered files, each created if absent; the highest number wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import ValidationError

from headrace.errors import TransientError
from headrace.storage.alias_entries import ALIAS_FORMAT, AliasMove, parse_entry
from headrace.storage.damage import damage_of, other_format
from headrace.storage.layout import ALIASES, alias_number, alias_path
from headrace.storage.store import AlreadyExists

if TYPE_CHECKING:
    from headrace.storage.alias_entries import Removal
    from headrace.storage.store import Store

__all__ = ["AliasLog", "Head"]

REMOVAL_LAPSES: Final = timedelta(days=1)
"""A process that was to delete versions and has not for so long was killed."""

_LIMIT: Final = 2**20

Entry = TypeVar("Entry", "AliasMove", "Removal")


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a log, None in number 0 of one that has none."""

    number: int
    entry: AliasMove | Removal | None

    @property
    def aliases(self) -> dict[str, str]:
        """Each alias's version."""
        return {} if self.entry is None else dict(self.entry.aliases)

    @property
    def removing(self) -> tuple[str, ...]:
        """Versions that are being deleted; not any more by whoever said so a day ago."""
        if self.entry is None or datetime.now(UTC) - self.entry.at > REMOVAL_LAPSES:
            return ()
        return self.entry.removing


class AliasLog:
    """Reads the entries of one name's log, and adds to them.

    Parameters
    ----------
    store : Store
        Of the name.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def head(self) -> Head:
        """Return the newest entry."""
        numbers = self._numbers()
        return Head(numbers[-1], self._entry(numbers[-1])) if numbers else Head(0, None)

    def entries(self) -> tuple[AliasMove | Removal, ...]:
        """Return all entries, oldest first."""
        return tuple(map(self._entry, self._numbers()))

    def append(self, head: Head, entry: Entry) -> Entry:
        """Add an entry after the one that was the newest when it was made.

        Raises
        ------
        TransientError
            Somebody else has added one.
        """
        number = head.number + 1
        path = alias_path(number)
        try:
            self.store.create(path, (entry.model_dump_json(indent=2) + "\n").encode())
        except AlreadyExists:
            winner = self._entry(number)
            if winner == entry:  # our own, by an attempt whose answer was lost
                return entry
            raise TransientError(
                f"Another process was faster: it {_deed(winner)} at {winner.at:%Y-%m-%d %H:%M:%S}Z"
                + (f" ({winner.note})" if winner.note else ""),
                where=self.store.uri(path),
                fix=f"look whether '{entry.alias}' should still be moved to '{entry.version}'"
                if isinstance(entry, AliasMove)
                else "try again",
            ) from None
        return entry

    def _numbers(self) -> list[int]:
        numbers = (alias_number(file.path) for file in self.store.list(ALIASES))
        return sorted(number for number in numbers if number is not None)

    def _entry(self, number: int) -> AliasMove | Removal:
        path = alias_path(number)
        data = self.store.read(path, limit=_LIMIT)
        try:
            return parse_entry(data)
        except ValidationError as error:
            written = other_format(error)
            if written:
                raise self.store.error(
                    f"The entry of the alias log has the format '{written}'; this Headrace reads "
                    f"'{ALIAS_FORMAT}'",
                    where=self.store.uri(path),
                    fix="use the Headrace that wrote it, or a later one: "
                    "pip install --upgrade headrace",
                ) from error
            raise self.store.error(
                f"The entry of the alias log is damaged: {damage_of(error)}",
                where=self.store.uri(path),
                fix="restore it from a backup, or delete it to go back to the entry before",
            ) from error


def _deed(entry: AliasMove | Removal) -> str:
    if isinstance(entry, AliasMove):
        return f"moved '{entry.alias}' to '{entry.version}'"
    return "removed versions"
