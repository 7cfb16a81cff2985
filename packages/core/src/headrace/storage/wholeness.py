"""Whether a version has all of its files, as far as can be told quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from headrace.storage.verify import file_faults

if TYPE_CHECKING:
    from headrace.contracts.manifest import Manifest
    from headrace.errors import HeadraceError
    from headrace.storage.versions import Versions

__all__ = ["check_whole"]

_SHOWN: Final = 3


def check_whole(versions: Versions, manifest: Manifest) -> None:
    """Check a model's files by their digests; a dataset's, which may be large, by their sizes.

    Raises
    ------
    ModelError, DataError
        Files are missing or others, by the kind.
    """
    told = _missing(versions, manifest)
    if not told and manifest.kind == "model":
        told = [fault.what for fault in file_faults(versions, manifest)]
    if told:
        more = f"; and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
        raise _error(versions, manifest, "; ".join(told[:_SHOWN]) + more)


def _missing(versions: Versions, manifest: Manifest) -> list[str]:
    folder = versions.files_path(manifest)
    sizes = {file.path: file.size for file in versions.store.list(folder)}
    told = []
    for file in manifest.files:
        size = sizes.get(folder + file.path)
        if size is None:
            told.append(f"File '{file.path}' is missing")
        elif size != file.size:
            told.append(f"File '{file.path}' has {size:,} bytes; wanted {file.size:,}")
    return told


def _error(versions: Versions, manifest: Manifest, why: str) -> HeadraceError:
    return versions.store.error(
        f"Version '{manifest.version}' is damaged: {why}",
        where=versions.files_uri(manifest),
        fix="restore it from a backup, or use another version",
    )
