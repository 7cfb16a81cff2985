"""Promote a version: look that it is whole, then move an alias to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.contracts.references import check_alias
from headrace.storage.wholeness import check_whole

if TYPE_CHECKING:
    from headrace.storage.alias_entries import AliasMove
    from headrace.storage.versions import Versions

__all__ = ["promote"]


def promote(
    versions: Versions, version: str, alias: str, *, expect: str | None = None, note: str = ""
) -> AliasMove | None:
    """Let an alias mean a version from now on, if the version is published and whole.

    Returns
    -------
    AliasMove or None
        The new entry of the alias log, or None if the alias is there already.

    Raises
    ------
    RequestError
        The alias is not one, or the log cannot be written.
    ModelError, DataError
        The version is not published, is being deleted, or is damaged.
    TransientError
        The alias is not where it was expected, or somebody else moved one at the same moment.
    """
    check_alias(alias)
    check_whole(versions, versions.manifest(version))
    return versions.aliases.move(alias, version, expect=expect, note=note)
