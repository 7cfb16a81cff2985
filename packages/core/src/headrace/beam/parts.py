"""Parts: one file a shard, from batches that stay where they were read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq

from headrace.beam.records import REPORT, caught
from headrace.data.position import position_of
from headrace.errors import HeadraceError, PluginError
from headrace.storage.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Part", "WriteParts", "ipc_part", "parquet_part"]

_ROW_GROUP_ROWS = 131_072
_DICTIONARY_BYTES = 16_384  # of a column with more distinct values, no dictionary is worth its cost


@dataclass(frozen=True, slots=True)
class Part:
    """A file that was written: path within its folder, bytes, digest and rows."""

    path: str
    size: int
    sha256: str
    rows: int


class PartWriter(Protocol):
    """Writes batches of one schema into one file."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Add a batch."""
        ...

    def close(self) -> None:
        """Write what is left and the footer; leaves the file open."""
        ...


MakeWriter = Callable[[BinaryIO, pa.Schema], PartWriter]


class _ParquetWriter:
    def __init__(self, file: BinaryIO, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(file, schema, dictionary_pagesize_limit=_DICTIONARY_BYTES)
        self._waiting: list[pa.RecordBatch] = []
        self._n_waiting = 0

    def write(self, batch: pa.RecordBatch) -> None:
        self._waiting.append(batch)
        self._n_waiting += batch.num_rows
        if self._n_waiting >= _ROW_GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._n_waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting))
        self._waiting = []
        self._n_waiting = 0

    def close(self) -> None:
        self._flush()
        self._writer.close()


class _IpcWriter:
    def __init__(self, file: BinaryIO, schema: pa.Schema) -> None:
        self._writer = pa.ipc.new_file(file, schema)

    def write(self, batch: pa.RecordBatch) -> None:
        if batch.num_rows:
            self._writer.write_batch(batch)

    def close(self) -> None:
        self._writer.close()


def parquet_part(file: BinaryIO, schema: pa.Schema) -> PartWriter:
    """Write Parquet, in row groups of at least 131,072 rows but for the last."""
    return _ParquetWriter(file, schema)


def ipc_part(file: BinaryIO, schema: pa.Schema) -> PartWriter:
    """Write an Arrow IPC file, a record batch a batch, for reading by memory map."""
    return _IpcWriter(file, schema)


class _HashingFile:
    """Passes bytes on and knows their number and digest."""

    def __init__(self, file: BinaryIO) -> None:
        self._file: BinaryIO | None = file
        self._digest = hashlib.sha256()
        self.size = 0
        self.closed = False

    def write(self, data: bytes) -> int:
        if self._file is not None:
            self._digest.update(data)
            self.size += len(data)
            self._file.write(data)
        return len(data)

    def discard(self) -> None:
        """Let further bytes go nowhere: Arrow writes a footer also to a file it abandons."""
        self._file = None

    def flush(self) -> None:
        """Do nothing: the store's writer flushes when it is closed."""

    def close(self) -> None:
        self.closed = True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    @property
    def sha256(self) -> str:
        return "sha256:" + self._digest.hexdigest()


class _OpenPart:
    """The part of the shard at hand; nothing of it is visible before `close`."""

    def __init__(self, folder_uri: str, path: str, schema: pa.Schema, make: MakeWriter) -> None:
        self.path = path
        self._stack = ExitStack()
        file = self._stack.enter_context(open_store(folder_uri).writer(path))
        self._file = _HashingFile(file)
        self._writer = make(pa.PythonFile(self._file, mode="w"), schema)
        self._schema = schema
        self._rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        if not batch.schema.equals(self._schema):
            raise PluginError(
                f"A step gives batches of different columns: {_columns(batch.schema)}; before: "
                f"{_columns(self._schema)}",
                where=f"at the end of part {self.path}" if not batch.num_rows else self.path,
                fix="give every column its type, also in a batch without rows",
            )
        self._writer.write(batch)
        self._rows += batch.num_rows

    def close(self) -> Part:
        self._writer.close()
        self._stack.close()
        return Part(self.path, self._file.size, self._file.sha256, self._rows)

    def abort(self) -> None:
        self._file.discard()
        error = HeadraceError("abandoned")
        self._stack.__exit__(HeadraceError, error, None)


def _columns(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name} {field.type}" for field in schema)


class _WriteParts(beam.DoFn):  # type: ignore[misc]  # Beam's DoFn is untyped
    def __init__(
        self,
        about: str,
        folder_uri: str,
        prefix: str,
        ending: str,
        make: MakeWriter,
        *,
        keep_empty: bool,
    ) -> None:
        self._about = about
        self._folder_uri = folder_uri
        self._prefix = prefix
        self._ending = ending
        self._make = make
        self._keep_empty = keep_empty

    def start_bundle(self) -> None:
        self._part: _OpenPart | None = None

    def process(self, element: pa.RecordBatch) -> Iterator[object]:
        return caught(self._write(element))

    def _write(self, batch: pa.RecordBatch) -> Iterator[object]:
        position = position_of(batch)
        batch = batch.replace_schema_metadata(None)
        path = f"{self._prefix}{position.shard:05d}.{self._ending}"
        if self._part is not None and self._part.path != path:
            self._abandon()
        is_wanted = batch.num_rows or (position.is_last and self._keep_empty)
        if self._part is None and is_wanted:
            self._part = _OpenPart(self._folder_uri, path, batch.schema, self._make)
        if self._part is None:
            return
        try:
            self._part.write(batch)
            if position.is_last:
                yield self._about, self._part.close()
                self._part = None
        except BaseException:
            self._abandon()
            raise

    def finish_bundle(self) -> None:
        """Abandon a part without its last batch; the driver misses it and says so."""
        self._abandon()

    def _abandon(self) -> None:
        if self._part is not None:
            self._part.abort()
            self._part = None


class WriteParts(beam.PTransform):  # type: ignore[misc]  # Beam's PTransform is untyped
    """Write batches into one file a shard; yields a record of a `Part` each, and a report.

    Parameters
    ----------
    about : str
        What the records are about.
    folder_uri : str
    prefix, ending : str
        A part is ``<prefix><shard, five digits>.<ending>``: a retry writes the same bytes again.
    make : callable
        `parquet_part` or `ipc_part`.
    keep_empty : bool
        Whether a shard without rows has a part.
    """

    def __init__(
        self,
        about: str,
        folder_uri: str,
        prefix: str,
        ending: str,
        make: MakeWriter,
        *,
        keep_empty: bool,
    ) -> None:
        super().__init__()
        self._write = _WriteParts(about, folder_uri, prefix, ending, make, keep_empty=keep_empty)

    def expand(self, batches: beam.PCollection) -> beam.pvalue.DoOutputsTuple:
        """Write."""
        return batches | beam.ParDo(self._write).with_outputs(REPORT, main="parts")
