"""A run's own staging folder, gone when the run ends, however it ends."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.contracts.request import Request
    from headrace.storage.versions import Versions

__all__ = ["Staging", "staging_for"]


class Staging:
    """Files that a run needs while it runs.

    No other run has the folder, not even a second attempt at the same version, so that one that
    ends never takes away what another still reads.

    Parameters
    ----------
    versions : Versions
        Of the name that the run publishes.
    path : str
        Folder within the name's store, without ``/`` at its end.
    """

    def __init__(self, versions: Versions, path: str) -> None:
        self._store = versions.store
        self._path = path

    @property
    def uri(self) -> str:
        """Address of the folder."""
        return self._store.uri(self._path)

    def read(self, path: str, *, limit: int) -> bytes:
        """Return a file's bytes."""
        return self._store.read(f"{self._path}/{path}", limit=limit)


@contextmanager
def staging_for(versions: Versions, version: str, request: Request) -> Iterator[Staging]:
    """Make a staging folder; where nothing can be written, that is known before any work is done.

    Raises
    ------
    RequestError
        The name's place cannot be written to.
    """
    path = f"{versions.staging_path(version)}{secrets.token_hex(4)}"
    try:
        versions.store.write(f"{path}/request.json", request.model_dump_json(indent=2).encode())
        yield Staging(versions, path)
    finally:
        versions.store.clear(path)
