"""Delete versions so that no alias is ever left behind at one that is gone.

Versions to delete are named by an entry of the alias log first, which is written only if no alias
is at them. So a move comes either before it, and the version stays, or after it, and is refused.
Then a version's manifest is deleted, and with it the version is gone for every reader; then its
files. Whoever is killed in between leaves a folder that no reader sees.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from headrace.errors import TransientError
from headrace.storage.alias_entries import Removal
from headrace.storage.layout import manifest_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from headrace.storage.alias_log import AliasLog, Head
    from headrace.storage.versions import Versions

__all__ = ["remove_versions"]

_ATTEMPTS: Final = 10


def remove_versions(versions: Versions, doomed: Iterable[str], note: str = "") -> tuple[str, ...]:
    """Delete published versions, but for those that an alias has moved to.

    Parameters
    ----------
    versions : Versions
        Of the name.
    doomed : iterable of str
    note : str
        Who deletes them, and why.

    Returns
    -------
    tuple of str
        What was deleted, sorted.

    Raises
    ------
    RequestError
        Nothing may be deleted there.
    TransientError
        Trouble that may pass, or others move aliases all the time. A second call goes on with it.
    """
    wanted = frozenset(doomed)
    log = versions.aliases.log
    written = _append(
        log,
        lambda head: {*head.removing, *(wanted - set(head.aliases.values()))},
        note,
    )
    removed = tuple(sorted(wanted.intersection(written.removing)))
    for version in removed:
        _remove(versions, version)
    # Should one be published again, aliases may move to it.
    _append(log, lambda head: set(head.removing).difference(removed), note)
    return removed


def _remove(versions: Versions, version: str) -> None:
    """Delete a version's manifest and then its files, but not those of a run that makes it anew."""
    manifest = versions.find(version)
    if manifest is not None:
        versions.store.delete(manifest_path(version))
        versions.store.clear(versions.files_path(manifest))


def _append(log: AliasLog, removing: Callable[[Head], set[str]], note: str) -> Removal:
    """Add an entry after the newest one, as often as others are faster."""
    for attempt in range(_ATTEMPTS):
        head = log.head()
        entry = Removal(
            at=datetime.now(UTC),
            note=note,
            aliases=head.aliases,
            removing=tuple(sorted(removing(head))),
        )
        try:
            return log.append(head, entry)
        except TransientError:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")
