"""A run's own folders: staging, gone when the run ends; files, gone if it fails."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError
from headrace.storage.layout import files_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.runtime.check import Work
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

    Attributes
    ----------
    is_publishing : bool
        To be set before the version is published. From then on its files stay, whatever happens:
        an attempt whose answer was lost may have published it.
    """

    def __init__(self, versions: Versions, path: str) -> None:
        self._store = versions.store
        self._path = path
        self.is_publishing = False

    @property
    def uri(self) -> str:
        """Address of the folder."""
        return self._store.uri(self._path)

    def read(self, path: str, *, limit: int) -> bytes:
        """Return a file's bytes."""
        return self._store.read(f"{self._path}/{path}", limit=limit)


@contextmanager
def staging_for(versions: Versions, work: Work) -> Iterator[Staging]:
    """Make a staging folder; where nothing can be written, that is known before any work is done.

    The files that a run has written for its version are deleted if it fails.

    Parameters
    ----------
    versions : Versions
        Of the name that the run publishes, or would.
    work : Work

    Raises
    ------
    RequestError
        The name's place cannot be written to.
    """
    path = versions.staging_path(work.version) + work.folder
    staging = Staging(versions, path)
    request = work.request.model_dump_json(indent=2).encode()
    try:
        versions.store.write(f"{path}/request.json", request)
        yield staging
    except BaseException:
        if not staging.is_publishing:
            _clear(versions, files_path(work.version, work.folder))
        raise
    finally:
        _clear(versions, path)


def _clear(versions: Versions, path: str) -> None:
    """Delete a folder; what cannot be deleted now is pruned later, and is no fault of the run."""
    with suppress(HeadraceError):
        versions.store.clear(path)
