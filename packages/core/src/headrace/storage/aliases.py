"""The alias log of one name: numbered files, each created if absent; the highest number wins.

An entry moves one alias and carries all of them as they are after the move, so that one file tells
the present and all files tell the history. As an entry is written only after its predecessor was
read, and can be created only once, the log is consistent whoever else writes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    ValidationError,
    model_validator,
)

from headrace.contracts.references import check_alias, is_alias, is_version
from headrace.errors import TransientError
from headrace.storage.damage import damage_of, other_format
from headrace.storage.layout import ALIASES, alias_number, alias_path, manifest_path
from headrace.storage.store import AlreadyExists

if TYPE_CHECKING:
    from collections.abc import Callable

    from headrace.storage.store import Store

__all__ = ["ALIAS_FORMAT", "AliasMove", "Aliases"]

ALIAS_FORMAT: Final = "headrace/alias/v1"

_LIMIT: Final = 2**20


def _valid(is_valid: Callable[[str], bool], what: str) -> AfterValidator:
    def check(text: str) -> str:
        if not is_valid(text):
            raise ValueError(f"{text!r} is not {what}")
        return text

    return AfterValidator(check)


_Alias = Annotated[str, _valid(is_alias, "an alias")]
_Version = Annotated[str, _valid(is_version, "a version")]


class AliasMove(BaseModel):
    """One entry of the log."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    format: Literal["headrace/alias/v1"] = ALIAS_FORMAT
    alias: _Alias
    """The alias that moved."""
    version: _Version
    """Where it moved to."""
    previous: _Version | None
    """Where it was before."""
    at: AwareDatetime
    note: str = ""
    """Who moved it, and why."""
    aliases: dict[_Alias, _Version]
    """All aliases after the move."""

    @model_validator(mode="after")
    def _check_move(self) -> Self:
        if self.aliases.get(self.alias) != self.version:
            raise ValueError(f"aliases does not say that '{self.alias}' is '{self.version}'")
        return self


class Aliases:
    """The aliases of one name.

    Parameters
    ----------
    store : Store
        Of the name.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def current(self) -> dict[str, str]:
        """Return each alias's version."""
        numbers = self._numbers()
        return dict(self._entry(numbers[-1]).aliases) if numbers else {}

    def history(self) -> tuple[AliasMove, ...]:
        """Return all moves, newest first."""
        return tuple(self._entry(number) for number in reversed(self._numbers()))

    def move(
        self, alias: str, version: str, *, expect: str | None = None, note: str = ""
    ) -> AliasMove:
        """Let an alias mean a published version from now on.

        Parameters
        ----------
        alias, version : str
        expect : str, optional
            Version at which the alias must be now.
        note : str
            Who moves it, and why.

        Returns
        -------
        AliasMove
            The newest entry of the log: this move, or the last one if the alias is there already.

        Raises
        ------
        RequestError
            The alias is not one, or the log cannot be written.
        ModelError, DataError
            The version is not published.
        TransientError
            The alias is not where it was expected, or somebody else moved one at the same moment.
        """
        check_alias(alias)
        if not self._store.exists(manifest_path(version)):
            raise self._store.error(
                f"Version '{version}' is not published, so '{alias}' cannot be moved to it",
                where=self._store.uri(),
            )
        numbers = self._numbers()
        last = self._entry(numbers[-1]) if numbers else None
        aliases = dict(last.aliases) if last else {}
        previous = aliases.get(alias)
        if last and previous == version:
            return last
        if expect is not None and previous != expect:
            raise TransientError(
                f"Alias '{alias}' is at {_quoted(previous)}; expected {_quoted(expect)}",
                where=self._store.uri(),
                fix=f"look whether it should still be moved to '{version}'",
            )
        entry = AliasMove(
            alias=alias,
            version=version,
            previous=previous,
            at=datetime.now(UTC),
            note=note,
            aliases=dict(sorted({**aliases, alias: version}.items())),
        )
        self._append(numbers[-1] + 1 if numbers else 1, entry)
        return entry

    def _append(self, number: int, entry: AliasMove) -> None:
        path = alias_path(number)
        try:
            self._store.create(path, (entry.model_dump_json(indent=2) + "\n").encode())
        except AlreadyExists:
            winner = self._entry(number)
            if winner == entry:  # our own, by an attempt whose answer was lost
                return
            raise TransientError(
                f"Another process was faster: it moved '{winner.alias}' to '{winner.version}' at "
                f"{winner.at:%Y-%m-%d %H:%M:%S}Z" + (f" ({winner.note})" if winner.note else ""),
                where=self._store.uri(path),
                fix=f"look whether '{entry.alias}' should still be moved to '{entry.version}'",
            ) from None

    def _numbers(self) -> list[int]:
        numbers = (alias_number(file.path) for file in self._store.list(ALIASES))
        return sorted(number for number in numbers if number is not None)

    def _entry(self, number: int) -> AliasMove:
        path = alias_path(number)
        data = self._store.read(path, limit=_LIMIT)
        try:
            return AliasMove.model_validate_json(data)
        except ValidationError as error:
            written = other_format(error)
            if written:
                raise self._store.error(
                    f"The entry of the alias log has the format '{written}'; this Headrace reads "
                    f"'{ALIAS_FORMAT}'",
                    where=self._store.uri(path),
                    fix="use the Headrace that wrote it, or a later one: "
                    "pip install --upgrade headrace",
                ) from error
            raise self._store.error(
                f"The entry of the alias log is damaged: {damage_of(error)}",
                where=self._store.uri(path),
                fix="restore it from a backup, or delete it to go back to the entry before",
            ) from error


def _quoted(version: str | None) -> str:
    return "no version" if version is None else f"'{version}'"
