"""The root: whether files can be created, read and deleted there, and how much room is left."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from headrace.cli.doctor.finding import Finding, problem
from headrace.contracts.uris import normal_uri
from headrace.errors import HeadraceError, RequestError, TransientError
from headrace.storage.store import AlreadyExists, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.storage.store import Store

__all__ = ["check_storage"]

_GIB: Final = 2**30
_ENOUGH: Final = 1 * _GIB
_TOO_LITTLE: Final = _GIB // 10


def check_storage(root: str) -> Iterator[Finding]:
    """Check the root by a small file, which is gone afterwards; and the disks that runs fill."""
    folder = None
    try:
        store = open_store(normal_uri(root))
        folder = store.local_path()
        _probe(store, folder)
        found = "files can be created (once), read and deleted"
        yield Finding("storage", "root", f"{store.uri()}: {found}")
    except HeadraceError as error:
        fix = "choose another place by --root or HEADRACE_ROOT, or make this one writable"
        yield problem("storage", "root", error, fix)
    if folder is not None:
        yield _check_disk("disk of the root", folder)
    yield _check_disk("disk of temporary files", Path(tempfile.gettempdir()))


def _probe(store: Store, folder: Path | None) -> None:
    """Create a file, find that it cannot be created again, read and delete it."""
    made = [part for part in _with_parents(folder) if not part.exists()]
    path = f".headrace-doctor-{secrets.token_hex(8)}"
    data = path.encode()
    try:
        store.create(path, data)
        _create_again(store, path)
        if store.read(path, limit=len(data)) != data:
            raise RequestError("A file does not hold the bytes that were written", store.uri())
        store.delete(path)
        if store.exists(path):
            raise RequestError("A file that was deleted is still there", store.uri(path))
    except HeadraceError:
        with suppress(HeadraceError):  # the first error is the one to show
            store.delete(path)
        raise
    finally:
        for part in made:
            with suppress(OSError):  # somebody else has put a file there
                part.rmdir()


def _create_again(store: Store, path: str) -> None:
    try:
        store.create(path, b"again")
    except AlreadyExists:
        return
    raise RequestError(
        "A file can be created twice; of two runs that publish one version, both would succeed",
        where=store.uri(),
        fix="use storage that can create a file only if it is absent",
    )


def _check_disk(name: str, folder: Path) -> Finding:
    there = next(part for part in _with_parents(folder) if part.exists())
    usage = shutil.disk_usage(there)
    found = f"{usage.free / _GIB:,.1f} of {usage.total / _GIB:,.1f} GiB free: {there}"
    if usage.free >= _ENOUGH:
        return Finding("storage", name, found)
    is_full = usage.free < _TOO_LITTLE
    return Finding(
        "storage",
        name,
        found,
        "problem" if is_full else "warning",
        fix="delete what is not needed, or choose another disk by "
        + ("TMPDIR" if "temporary" in name else "--root or HEADRACE_ROOT"),
        exit_code=TransientError.exit_code if is_full else 0,
    )


def _with_parents(folder: Path | None) -> tuple[Path, ...]:
    return () if folder is None else (folder, *folder.parents)
