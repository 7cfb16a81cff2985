"""Shards: small descriptors of pieces of files, and how to read one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.csv as pv
import pyarrow.parquet as pq

from headrace.data.position import Position, with_position
from headrace.errors import DataError
from headrace.storage.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["BATCH_ROWS", "FileSource", "Shard", "Source", "plan_files", "plan_shards", "read_shard"]

BATCH_ROWS = 65_536
SHARD_ROWS = 524_288
_BUFFER_BYTES = 1_048_576  # of each column; without a buffer Arrow reads whole column chunks

Format = Literal["parquet", "csv", "own"]


class FileSource(Protocol):
    """Reads files of a format of one's own; picklable."""

    @property
    def schema(self) -> pa.Schema:
        """Of the batches; a column of raw lines leaves it to the rules which lines are good."""
        ...

    def batches(self, file: pa.NativeFile) -> Iterable[pa.RecordBatch]:
        """Return the rows of a file, in order, in batches of any size.

        Parameters
        ----------
        file : pyarrow.NativeFile
            Open for reading bytes, on a local disk or in an object store.

        Raises
        ------
        DataError, OSError, UnicodeError, pyarrow.ArrowException
            The file cannot be read at all: the run ends with exit code 4.
        """
        ...


@dataclass(frozen=True, slots=True)
class Shard:
    """A piece of a file that one worker reads in order.

    Parameters
    ----------
    index : int
        Place in the canonical order (file, row group), from 0.
    uri : str
    format : str
    row_groups : tuple of int
        Of a Parquet file.
    first_row : int
        Row of the file with which the shard begins.
    """

    index: int
    uri: str
    format: Format
    row_groups: tuple[int, ...] = ()
    first_row: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """An input, planned: its shards, the one schema they are read by, and what reads them."""

    shards: tuple[Shard, ...]
    schema: pa.Schema
    own: FileSource | None = None
    """Of files of no built-in format."""


def plan_shards(uris: Sequence[str]) -> Source:
    """Split files into shards, and settle the one schema of all.

    Reads the footers of Parquet files and the head of CSV files, nothing else.

    Parameters
    ----------
    uris : sequence of str
        Paths or URIs, in the canonical order; the ending tells the format.

    Raises
    ------
    DataError
        A file is of no known format, is damaged, or its columns contradict the first file's.
    """
    shards: list[Shard] = []
    schemas: list[tuple[str, pa.Schema]] = []
    for uri in uris:
        format_ = _format_of(uri)
        if format_ == "csv":
            schemas.append((uri, _csv_schema(uri)))
            shards.append(Shard(len(shards), uri, "csv"))
            continue
        with _open_parquet(uri) as file:
            schemas.append((uri, file.schema_arrow.remove_metadata()))
            shards.extend(_row_group_shards(uri, file.metadata, len(shards)))
    return Source(tuple(shards), _without_views(_one_schema(schemas)))


def plan_files(uris: Sequence[str], own: FileSource) -> Source:
    """Make each file a shard, to be read by a source of one's own; opens none."""
    shards = tuple(Shard(index, uri, "own") for index, uri in enumerate(uris))
    return Source(shards, own.schema, own)


def read_shard(
    shard: Shard, schema: pa.Schema, own: FileSource | None = None
) -> Iterator[pa.RecordBatch]:
    """Read the columns of a schema from a shard, in batches that carry their position.

    The last batch, which may be empty, is marked as such.

    Raises
    ------
    DataError
        The file cannot be read, or a value does not fit the schema.
    """
    row = shard.first_row
    try:
        for batch in _batches(shard, schema) if own is None else _own_batches(shard, own):
            fitting = batch if batch.schema.equals(schema) else batch.cast(schema)
            yield with_position(fitting, Position(shard.index, row, is_last=False))
            row += batch.num_rows
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise _unreadable(shard.uri, error) from error
    empty = pa.RecordBatch.from_pylist([], schema=schema)
    yield with_position(empty, Position(shard.index, row, is_last=True))


def _batches(shard: Shard, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    if shard.format == "csv":
        with _open(shard.uri) as stream:
            yield from pv.open_csv(
                stream,
                read_options=pv.ReadOptions(use_threads=False),
                convert_options=pv.ConvertOptions(
                    column_types={field.name: field.type for field in schema},
                    include_columns=schema.names,
                    strings_can_be_null=True,
                ),
            )
        return
    with _open_parquet(shard.uri) as file:
        yield from file.iter_batches(
            BATCH_ROWS, row_groups=list(shard.row_groups), columns=schema.names, use_threads=False
        )


def _own_batches(shard: Shard, own: FileSource) -> Iterator[pa.RecordBatch]:
    with _open(shard.uri) as file:
        for batch in own.batches(file):
            for start in range(0, batch.num_rows, BATCH_ROWS):
                yield batch.slice(start, BATCH_ROWS)


def _format_of(uri: str) -> Format:
    name = uri.rsplit("/", 1)[-1].lower()
    if name.endswith((".parquet", ".pq")):
        return "parquet"
    if name.endswith(".csv"):
        return "csv"
    raise DataError(
        f"The format of '{name}' is not known by its ending",
        where=uri,
        fix="name files .parquet or .csv, or choose them by a glob such as 'folder/*.parquet'",
    )


def _open(uri: str) -> pa.NativeFile:
    try:
        if urlsplit(uri).scheme in {"", "file"}:
            return pa.OSFile(uri.removeprefix("file://"))
        # By the store that has found the file: Arrow's own file systems know other schemes, and
        # look for credentials and endpoints elsewhere.
        folder, _, name = uri.rpartition("/")
        return pa.PythonFile(open_store(folder).reader(name), mode="r")
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(uri, error) from error


def _open_parquet(uri: str) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(_open(uri), buffer_size=_BUFFER_BYTES, pre_buffer=False)
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(uri, error) from error


def _csv_schema(uri: str) -> pa.Schema:
    try:
        with _open(uri) as stream:
            options = pv.ConvertOptions(strings_can_be_null=True)
            return pv.open_csv(stream, convert_options=options).schema
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(uri, error) from error


def _row_group_shards(uri: str, footer: pq.FileMetaData, start: int) -> Iterator[Shard]:
    """Put neighbouring row groups together up to SHARD_ROWS; a file without rows is one shard."""
    groups: list[int] = []
    first_row = row = 0
    index = start
    for group in range(footer.num_row_groups):
        n_rows = footer.row_group(group).num_rows
        if groups and row + n_rows - first_row > SHARD_ROWS:
            yield Shard(index, uri, "parquet", tuple(groups), first_row)
            index, groups, first_row = index + 1, [], row
        groups.append(group)
        row += n_rows
    yield Shard(index, uri, "parquet", tuple(groups), first_row)


def _one_schema(schemas: Sequence[tuple[str, pa.Schema]]) -> pa.Schema:
    first_uri, schema = schemas[0]
    for uri, other in schemas:
        names = other.names
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise DataError(f"Column '{repeated[0]}' appears more than once", where=uri)
        missing = [name for name in schema.names if name not in names]
        if missing:
            raise DataError(
                f"Column '{missing[0]}' is missing in one of {len(schemas)} files",
                where=uri,
                fix=f"it is there in {first_uri}; all files of an input need the same columns",
            )
        try:
            schema = pa.unify_schemas([schema, other], promote_options="permissive")
        except pa.ArrowException as error:
            changed = _changed_column(schema, other)
            raise DataError(
                f"Column '{changed}' is {other.field(changed).type}, "
                f"but {schema.field(changed).type} in the files before",
                where=uri,
                fix="write the file again with the type of the others",
            ) from error
        extra = [name for name in schema.names if name not in schemas[0][1].names]
        if extra:
            raise DataError(
                f"Column '{extra[0]}' is there in one of {len(schemas)} files only",
                where=uri,
                fix=f"it is missing in {first_uri}; all files of an input need the same columns",
            )
    return schema


def _without_views(schema: pa.Schema) -> pa.Schema:
    """Return a schema to read by whose types Arrow can filter and look up; views it cannot yet."""
    plain = {pa.string_view(): pa.string(), pa.binary_view(): pa.binary()}
    return pa.schema([field.with_type(plain.get(field.type, field.type)) for field in schema])


def _changed_column(schema: pa.Schema, other: pa.Schema) -> str:
    for name in schema.names:
        try:
            pa.unify_schemas(
                [pa.schema([schema.field(name)]), pa.schema([other.field(name)])],
                promote_options="permissive",
            )
        except pa.ArrowException:
            return str(name)
    raise AssertionError(schema, other)


def _unreadable(uri: str, error: Exception) -> DataError:
    text = str(error).split("\n", 1)[0]
    return DataError(
        f"The file cannot be read: {text}",
        where=uri,
        fix="write it again from its source, or leave it out of the input",
    )
