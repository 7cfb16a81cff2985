"""A store: the files below one place, on a local disk or in an object store.

Every write is atomic: a file is seen whole or not at all, also after a kill. obstore does all of it
on threads of its own, which a forked child lacks and would wait for without end: a process that
forks must not have used a store before. To have imported this module does no harm.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

import obstore
from obstore.exceptions import AlreadyExistsError

from headrace.contracts.uris import is_remote, normal_uri
from headrace.errors import DataError, HeadraceError
from headrace.storage.connect import connect
from headrace.storage.durable import create_durably, sync_files
from headrace.storage.faults import translated
from headrace.storage.layout import is_inside
from headrace.storage.stream import Reader, Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from obstore import ListResult, ObjectMeta

    from headrace.storage.faults import Action, Place

__all__ = ["AlreadyExists", "FileInfo", "Store", "open_store"]

_READ_CHUNK: Final = 4 * 2**20
_WRITE_BUFFER: Final = 8 * 2**20
_WRITE_CONCURRENCY: Final = 4


class AlreadyExists(Exception):
    """A file that was to be created is there already; for the caller to make sense of."""


class _Absent(HeadraceError):
    """A file is not there, and that is no fault."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file: path within its store, full address, bytes, tag and time of last change."""

    path: str
    uri: str
    size: int
    etag: str | None
    modified: datetime


def open_store(uri: str, error: type[HeadraceError] = DataError) -> Store:
    """Return the files below a place; touches nothing, so that the place need not exist.

    Parameters
    ----------
    uri : str
        A local path, ``file://``, ``s3://``, ``gs://``, ``az://`` or ``abfss://``.
    error : type of HeadraceError
        Raised for files that are missing or too large: `ModelError` for a model's.

    Raises
    ------
    RequestError
        The place cannot be understood, or its credentials are incomplete.
    """
    return Store(uri, error)


class Store:
    """The files below one place; made by `open_store`; pickles as its place.

    Paths are relative, with ``/``; one that leads out of the place raises `error`. All methods
    raise RequestError where permission is refused and TransientError for trouble that may pass.
    """

    __slots__ = ("_error", "_handle", "_prefix", "_uri")

    def __init__(self, uri: str, error: type[HeadraceError]) -> None:
        self._uri = normal_uri(uri)
        self._error = error
        self._handle, self._prefix = connect(self._uri)

    def __reduce__(self) -> tuple[type[Store], tuple[str, type[HeadraceError]]]:
        return Store, (self._uri, self._error)

    def __repr__(self) -> str:
        return f"Store({self._uri!r})"

    @property
    def error(self) -> type[HeadraceError]:
        """Raised for files that are missing, too large or damaged."""
        return self._error

    def uri(self, path: str = "") -> str:
        """Return the full address of a path."""
        return f"{self._uri.rstrip('/')}/{path}" if path else self._uri

    def local_path(self, path: str = "") -> Path | None:
        """Return a path on the local disk, for mapping it into memory; None elsewhere."""
        if path:
            self._key(path)
        return None if self._is_remote else Path(self.uri(path))

    def read(self, path: str, *, limit: int) -> bytes:
        """Return a file's bytes.

        Raises
        ------
        HeadraceError
            The file is missing or has more than ``limit`` bytes; of the type the store was
            opened with.
        """
        return self._read(path, limit, self._error)

    def chunks(self, path: str) -> Iterator[bytes]:
        """Yield a file's bytes piece by piece, of some megabytes each; raises as `read` does."""
        key = self._key(path)
        with self._translated("read", path):
            yield from obstore.get(self._handle, key).stream(min_chunk_size=_READ_CHUNK)

    def reader(self, path: str) -> BinaryIO:
        """Return a file to read from anywhere in it, as Arrow reads; raises as `read` does."""
        key = self._key(path)
        with self._translated("read", path):
            size = obstore.head(self._handle, key)["size"]

        def read_range(start: int, end: int) -> bytes:
            with self._translated("read", path):
                return bytes(obstore.get_range(self._handle, key, start=start, end=end))

        return cast("BinaryIO", Reader(read_range, size))

    def find(self, path: str, *, limit: int) -> bytes | None:
        """Return a file's bytes, or None where there is no such file; raises as `read` does."""
        with suppress(_Absent):
            return self._read(path, limit, _Absent)
        return None

    def write(self, path: str, data: bytes) -> None:
        """Write a file, over one that is there."""
        key = self._key(path)
        with self._translated("write", path):
            obstore.put(self._handle, key, data)

    def create(self, path: str, data: bytes) -> None:
        """Write a file that is not there yet; of many who try at once, one succeeds.

        On a local disk the file outlives a power cut.

        Raises
        ------
        AlreadyExists
            The file is there. After trouble with the network it may be the very one: compare.
        """
        key = self._key(path)
        local = self.local_path(path)
        with self._translated("write", path):
            try:
                if local is None:
                    obstore.put(self._handle, key, data, mode="create")
                else:
                    create_durably(local, data)
            except (AlreadyExistsError, FileExistsError) as error:
                raise AlreadyExists(self.uri(path)) from error

    def sync(self, paths: Iterable[str]) -> None:
        """Have files outlive a power cut; an object store has seen to it when it took them.

        Raises
        ------
        HeadraceError
            A file is missing; of the type the store was opened with.
        """
        if self._is_remote:
            return
        with self._translated("read", ""):
            sync_files(Path(self.uri(path)) for path in paths)

    @contextmanager
    def writer(self, path: str) -> Iterator[BinaryIO]:
        """Give a file to write to that appears, over one that is there, when the block ends.

        An exception that leaves the block, or the end of the process, leaves nothing. Closing the
        file within the block does nothing.
        """
        key = self._key(path)
        with self._translated("write", path):
            file = obstore.open_writer(
                self._handle,
                key,
                buffer_size=_WRITE_BUFFER,
                max_concurrency=_WRITE_CONCURRENCY,
            )
        try:
            yield cast("BinaryIO", Stream(file, lambda: self._translated("write", path)))
        except BaseException as error:
            with suppress(Exception):  # what left the block is the error to show
                file.__exit__(type(error), error, error.__traceback__)
            raise
        with self._translated("write", path):
            file.close()

    def info(self, path: str) -> FileInfo | None:
        """Return what is known of a file, or None where there is none."""
        key = self._key(path)
        with suppress(_Absent), self._translated("read", path, _Absent):
            return self._info(obstore.head(self._handle, key))
        return None

    def exists(self, path: str) -> bool:
        """Whether a file is there."""
        return self.info(path) is not None

    def list(self, prefix: str = "") -> Iterator[FileInfo]:
        """Yield all files below a folder, in no order; none where there is no such folder."""
        with suppress(_Absent), self._translated("read", prefix, _Absent):
            for chunk in obstore.list(self._handle, prefix=self._folder(prefix)):
                yield from map(self._info, chunk)

    def files(self, prefix: str = "") -> Iterator[FileInfo]:
        """Yield the files right in a folder, in no order; none where there is no such folder."""
        yield from map(self._info, self._level(prefix)["objects"])

    def folders(self, prefix: str = "") -> tuple[str, ...]:
        """Return the names of the folders in a folder, sorted."""
        paths = self._level(prefix)["common_prefixes"]
        return tuple(sorted(path.rpartition("/")[2] for path in paths))

    def delete(self, path: str) -> None:
        """Delete a file; do nothing where there is none."""
        key = self._key(path)
        with suppress(_Absent), self._translated("delete", path, _Absent):
            obstore.delete(self._handle, key)

    def clear(self, prefix: str) -> None:
        """Delete a folder: all files below it, with what killed processes left there.

        On a local disk, folders around it that are empty then go as well.
        """
        prefix = prefix.rstrip("/")
        self._key(prefix)
        folder = self.local_path(prefix)
        if folder is None:
            for file in list(self.list(prefix)):
                self.delete(file.path)
            return
        with suppress(_Absent), self._translated("delete", prefix, _Absent):
            shutil.rmtree(folder)
            with suppress(OSError):  # not empty
                for parent in folder.relative_to(self._uri).parents[:-1]:
                    (Path(self._uri) / parent).rmdir()

    def _read(self, path: str, limit: int, missing: type[HeadraceError]) -> bytes:
        key = self._key(path)
        with self._translated("read", path, missing):
            found = obstore.get(self._handle, key)
            size = found.meta["size"]
            if size > limit:
                raise self._error(
                    f"The file has {size:,} bytes; at most {limit:,} are wanted",
                    where=self.uri(path),
                )
            return bytes(found.bytes())

    def _level(self, prefix: str) -> ListResult[Sequence[ObjectMeta]]:
        with suppress(_Absent), self._translated("read", prefix, _Absent):
            return obstore.list_with_delimiter(self._handle, prefix=self._folder(prefix))
        return {"common_prefixes": [], "objects": []}

    @property
    def _is_remote(self) -> bool:
        return is_remote(self._uri)

    def _translated(
        self,
        action: Action,
        path: str,
        missing: type[HeadraceError] | None = None,
    ) -> AbstractContextManager[None]:
        place: Place = "remote" if self._is_remote else "local"
        return translated(action, self.uri(path), place, missing or self._error)

    def _info(self, found: ObjectMeta) -> FileInfo:
        path = found["path"][len(self._prefix) :].lstrip("/")
        return FileInfo(path, self.uri(path), found["size"], found["e_tag"], found["last_modified"])

    def _folder(self, prefix: str) -> str:
        return self._key(prefix.rstrip("/")) if prefix.rstrip("/") else self._prefix

    def _key(self, path: str) -> str:
        if not is_inside(path):
            raise self._error(f"{path!r} is not a path within the folder", where=self._uri)
        return f"{self._prefix}/{path}" if self._prefix else path
