"""Files on a local disk that outlive a power cut: synced before, and with, what makes them visible.

The storage library leaves a file's bytes and its name to the operating system, which writes them in
its own time and in any order. After a power cut a published manifest might be empty, or be there
without the files it names. Object stores keep what they have acknowledged; a disk must be asked.
"""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["create_durably", "sync_files"]


def create_durably(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, whole or not at all, and have it on the disk.

    Raises
    ------
    FileExistsError
        The file is there.
    OSError
        It cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:  # it is the folder's name that is taken, not the file's
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path.parent) from error
    # Named as the storage library names its unfinished files, which no listing shows.
    unfinished = path.with_name(f"{path.name}#{secrets.randbelow(10**18)}")
    try:
        with unfinished.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)
    finally:
        with suppress(OSError):
            unfinished.unlink()
    _sync_folders([path.parent])


def sync_files(paths: Iterable[Path]) -> None:
    """Have files, and the names of files and folders that lead to them, on the disk.

    Raises
    ------
    FileNotFoundError
        A file is not there.
    OSError
    """
    folders = set()
    for path in paths:
        _sync(path)
        folders.add(path.parent)
    _sync_folders(folders)


def _sync_folders(folders: Iterable[Path]) -> None:
    """Sync folders and all above them, any of which may be new."""
    if os.name == "nt":  # opens no folders, and keeps names by itself
        return
    for folder in {above for own in folders for above in (own, *own.parents)}:
        with suppress(PermissionError):  # not ours, and so not made by us
            _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
