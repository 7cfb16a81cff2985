"""The aliases of one name: where they are, where they have been, and moving them.

An entry of the log moves one alias and carries all of them as they are after the move, so that one
file tells the present and all files tell the history. As an entry is written only after its
predecessor was read, and can be created only once, the log is consistent whoever else writes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headrace.contracts.references import check_alias
from headrace.errors import RequestError, TransientError
from headrace.plugins.suggest import suggestion
from headrace.storage.alias_entries import ALIAS_FORMAT, AliasMove
from headrace.storage.alias_log import AliasLog
from headrace.storage.layout import manifest_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headrace.storage.alias_log import Head
    from headrace.storage.store import Store

__all__ = ["ALIAS_FORMAT", "AliasMove", "Aliases"]


class Aliases:
    """The aliases of one name.

    Parameters
    ----------
    store : Store
        Of the name.

    Attributes
    ----------
    log : AliasLog
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.log = AliasLog(store)

    def current(self) -> dict[str, str]:
        """Return each alias's version."""
        return self.log.head().aliases

    def history(self) -> tuple[AliasMove, ...]:
        """Return all moves, newest first."""
        entries = reversed(self.log.entries())
        return tuple(entry for entry in entries if isinstance(entry, AliasMove))

    def move(
        self, alias: str, version: str, *, expect: str | None = None, note: str = ""
    ) -> AliasMove | None:
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
        AliasMove or None
            The new entry of the log, or None if the alias is there already.

        Raises
        ------
        RequestError
            The alias is not one, or the log cannot be written.
        ModelError, DataError
            The version is not published, or is being deleted.
        TransientError
            The alias is not where it was expected, or somebody else moved one at the same moment.
        """
        check_alias(alias)
        head = self.log.head()
        if version in head.removing:
            raise self._store.error(
                f"Version '{version}' is being deleted, so '{alias}' cannot be moved to it",
                where=self._store.uri(),
                fix="choose another version",
            )
        if not self._store.exists(manifest_path(version)):
            raise self._store.error(
                f"Version '{version}' is not published, so '{alias}' cannot be moved to it",
                where=self._store.uri(),
            )
        previous = head.aliases.get(alias)
        if previous == version:
            return None
        self._check_expected(alias, previous, expect)
        return self.log.append(head, _move(head, alias, version, note))

    def rollback(self, alias: str, *, expect: str | None = None, note: str = "") -> AliasMove:
        """Let an alias go back to where it was before it came to where it is.

        The moves of an alias are a stack: a move puts a version on it, a rollback takes one off.
        So a second rollback goes further back, and does not undo the first. Versions that are not
        published any more are skipped.

        Parameters
        ----------
        alias : str
        expect : str, optional
            Version at which the alias must be now.
        note : str
            Who moves it, and why.

        Returns
        -------
        AliasMove
            The new entry of the log.

        Raises
        ------
        RequestError
            There is no such alias, or nothing to go back to.
        TransientError
            The alias is not where it was expected, or somebody else moved one at the same moment.
        """
        check_alias(alias)
        head = self.log.head()
        at = head.aliases.get(alias)
        if at is None:
            raise RequestError(
                f"There is no alias '{alias}'; aliases: {', '.join(head.aliases) or 'none'}",
                where=self._store.uri(),
                fix=suggestion(alias, head.aliases),
            )
        self._check_expected(alias, at, expect)
        for version in earlier_versions(reversed(self.history()), alias):
            if version not in head.removing and self._store.exists(manifest_path(version)):
                return self.log.append(head, _move(head, alias, version, note, is_rollback=True))
        raise RequestError(
            f"Alias '{alias}' is at '{at}' and has been at no other version before that is still "
            "published",
            where=self._store.uri(),
            fix="promote the version that is wanted",
        )

    def _check_expected(self, alias: str, at: str | None, expect: str | None) -> None:
        if expect is not None and at != expect:
            raise TransientError(
                f"Alias '{alias}' is at {_quoted(at)}; expected {_quoted(expect)}",
                where=self._store.uri(),
                fix="look whether it should still be moved",
            )


def earlier_versions(moves: Iterable[AliasMove], alias: str) -> tuple[str, ...]:
    """Return where an alias may go back to, the nearest first.

    Parameters
    ----------
    moves : iterable of AliasMove
        Oldest first; of other aliases as well.
    alias : str
    """
    stack: list[str] = []
    for move in moves:
        if move.alias != alias:
            continue
        if move.is_rollback and move.version in stack:
            while stack[-1] != move.version:
                stack.pop()
        else:
            stack.append(move.version)
    return tuple(version for version in reversed(stack) if version != stack[-1])


def _move(
    head: Head, alias: str, version: str, note: str, *, is_rollback: bool = False
) -> AliasMove:
    return AliasMove(
        alias=alias,
        version=version,
        previous=head.aliases.get(alias),
        at=datetime.now(UTC),
        note=note,
        aliases=dict(sorted({**head.aliases, alias: version}.items())),
        removing=head.removing,
        is_rollback=is_rollback,
    )


def _quoted(version: str | None) -> str:
    return "no version" if version is None else f"'{version}'"
