"""Wait for a dataset of another flow: look whether it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.errors import DataError
from headrace.storage.inputs import resolve_input

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from headrace.contracts.manifest import Manifest

__all__ = ["find_published"]


def find_published(
    address: str, root: str, *, max_age: timedelta | None, now: datetime
) -> Manifest | None:
    """Return the manifest of a published dataset, or None where it is not there yet.

    Parameters
    ----------
    address : str
        ``NAME@VERSION`` or ``NAME@ALIAS``.
    root : str
        Where bare names lie.
    max_age : timedelta or None
        A version that was published longer ago does not count.
    now : datetime
        With a time zone.

    Raises
    ------
    HeadraceError
        The storage cannot be asked.
    """
    try:
        manifest = resolve_input(address, root).manifest
    except DataError:
        return None
    if manifest is None or (max_age is not None and now - manifest.created > max_age):
        return None
    return manifest
