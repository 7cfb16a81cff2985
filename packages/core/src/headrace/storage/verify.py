"""Whether a version's files are those that were published, byte for byte."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from headrace.errors import TransientError

if TYPE_CHECKING:
    from headrace.contracts.manifest import FileEntry, Manifest
    from headrace.errors import HeadraceError
    from headrace.storage.versions import Versions

__all__ = ["file_faults"]

_READERS: Final = 4


def file_faults(versions: Versions, manifest: Manifest) -> tuple[HeadraceError, ...]:
    """Return what is wrong with a version's files, in the order of the manifest.

    A few files are read side by side, each piece by piece, so that no size is too large.

    Raises
    ------
    TransientError, RequestError
        The storage cannot be read now, or not by us; nothing is known of the files then.
    """

    def check(file: FileEntry) -> HeadraceError | None:
        try:
            return _fault(versions, manifest, file)
        except TransientError:
            raise
        except versions.store.error as error:
            return error

    with ThreadPoolExecutor(_READERS) as pool:
        return tuple(fault for fault in pool.map(check, manifest.files) if fault is not None)


def _fault(versions: Versions, manifest: Manifest, file: FileEntry) -> HeadraceError | None:
    path = versions.files_path(manifest) + file.path
    digest = hashlib.sha256()
    size = 0
    for chunk in versions.store.chunks(path):
        digest.update(chunk)
        size += len(chunk)
        if size > file.size:
            break
    if size == file.size and f"sha256:{digest.hexdigest()}" == file.sha256:
        return None
    if size == file.size:
        what = f"its digest is sha256:{digest.hexdigest()}; wanted {file.sha256}"
    else:
        got = f"more than {file.size:,}" if size > file.size else f"{size:,}"
        what = f"it has {got} bytes; wanted {file.size:,}"
    return versions.store.error(
        f"File '{file.path}' is not the one that was published: {what}",
        where=versions.store.uri(path),
        fix="restore it from a backup, or use another version",
    )
