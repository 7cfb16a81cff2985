"""Sums of products by fold, and the file that holds them for later updates."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from headrace.contracts.json_text import parse_json
from headrace.errors import DataError, ModelError
from headrace.statistics import ExactGram, StoredGram, restore_gram, store_gram

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.statistics import GramState

__all__ = ["SUMS_FILE", "Sums", "add_sums", "dump_sums", "load_sums", "subtract_sums"]

SUMS_FILE: Final = "gram.arrow"

_FORMAT: Final = "headrace-linreg/sums/v1"
_FORMAT_KEY: Final = b"format"
_FEATURES_KEY: Final = b"features"
_LIMIT: Final = 2 * 2**30
_SCHEMA: Final = pa.schema(
    [
        pa.field("fold", pa.int64(), nullable=False),
        pa.field("n_rows", pa.int64(), nullable=False),
        pa.field("exponent", pa.int32(), nullable=False),
        pa.field("width", pa.int32(), nullable=False),
        pa.field("entries", pa.large_binary(), nullable=False),
    ]
)
_DAMAGE: Final = (
    *(pa.ArrowException, OSError, KeyError, ValueError, TypeError),
    *(OverflowError, MemoryError, StopIteration, RecursionError),
)


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of products of the constant, the features and the target, in this order.

    Parameters
    ----------
    names : tuple of str
        Of the features; None before any rows.
    gram : GramState
    """

    names: tuple[str, ...] | None
    gram: GramState

    @property
    def n_columns(self) -> int:
        """Columns whose products are added up."""
        return len(self.names or ()) + 2


def add_sums(left: Sums, right: Sums) -> Sums:
    """Return the sums of the rows of both."""
    names = _names_of_both(left, right)
    both = Sums(names, left.gram)
    return Sums(names, ExactGram(both.n_columns).merge(left.gram, right.gram))


def subtract_sums(left: Sums, right: Sums) -> Sums:
    """Return the sums of the rows of ``left`` without those of ``right``.

    Raises
    ------
    DataError
        There are more rows in ``right``, or a sum of squares would be negative.
    """
    names = _names_of_both(left, right)
    n_columns = len(names or ()) + 2
    found = Sums(names, ExactGram(n_columns).subtract(left.gram, right.gram))
    matrix = ExactGram(n_columns).finish(found.gram)
    if matrix.n_rows < 0:
        raise _not_there(
            f"{right.gram.n_rows:,} are to be taken out of a fold that has {left.gram.n_rows:,}"
        )
    squares = [matrix.integers[column][column] for column in range(n_columns)]
    if min(squares) < 0:
        named = ("the weights", *(names or ()), "the target")
        raise _not_there(
            f"the sum of squares of {named[squares.index(min(squares))]} gets negative"
        )
    if not matrix.n_rows and any(map(any, matrix.integers)):
        raise _not_there("no row is left of a fold, but sums are")
    return found


def dump_sums(states: Mapping[int, Sums]) -> dict[str, bytes]:
    """Return sums by fold as one Arrow IPC stream, a row for each fold that has rows."""
    folds = {fold: sums for fold, sums in sorted(states.items()) if sums.gram.n_rows}
    names = next((sums.names for sums in folds.values()), None) or ()
    stored = [store_gram(sums.gram, sums.n_columns) for sums in folds.values()]
    features = json.dumps(names, ensure_ascii=False).encode()
    batch = pa.record_batch(
        [
            pa.array(folds, pa.int64()),
            pa.array([gram.n_rows for gram in stored], pa.int64()),
            pa.array([gram.exponent for gram in stored], pa.int32()),
            pa.array([gram.width for gram in stored], pa.int32()),
            pa.array([gram.entries for gram in stored], pa.large_binary()),
        ],
        schema=_SCHEMA.with_metadata({_FORMAT_KEY: _FORMAT.encode(), _FEATURES_KEY: features}),
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return {SUMS_FILE: bytes(sink.getvalue())}


def load_sums(files: Mapping[str, bytes]) -> dict[int, Sums]:
    """Return the sums of a file, from anywhere.

    Raises
    ------
    ModelError
        It is missing or damaged.
    """
    try:
        data = files[SUMS_FILE]
        if len(data) > _LIMIT:
            raise ValueError(f"it has {len(data):,} bytes; at most {_LIMIT:,} are wanted")
        with pa.ipc.open_stream(data) as reader:
            batch = reader.read_next_batch()
        batch.validate(full=True)
        return dict(_folds(batch))
    except _DAMAGE as error:
        raise ModelError(
            f"The linear model's {SUMS_FILE} is damaged: {type(error).__name__}: {error}",
            fix="restore it from a backup, or train again",
        ) from error


def _folds(batch: pa.RecordBatch) -> list[tuple[int, Sums]]:
    metadata = batch.schema.metadata or {}
    if metadata[_FORMAT_KEY] != _FORMAT.encode():
        raise ValueError(f"format is {metadata[_FORMAT_KEY]!r}; wanted '{_FORMAT}'")
    if not batch.schema.equals(_SCHEMA):
        raise ValueError(f"its columns are {', '.join(map(str, batch.schema))}")
    names = parse_json(metadata[_FEATURES_KEY])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("its features are no list of names")
    found = []
    for row in batch.to_pylist():
        stored = StoredGram(row["n_rows"], row["exponent"], row["width"], row["entries"])
        found.append((row["fold"], Sums(tuple(names), restore_gram(stored, len(names) + 2))))
    if len(dict(found)) < len(found):
        raise ValueError("a fold is there twice")
    return found


def _names_of_both(left: Sums, right: Sums) -> tuple[str, ...] | None:
    if left.names is not None and right.names is not None and left.names != right.names:
        raise DataError(
            f"The features of the model are {', '.join(left.names)}; those of the new rows "
            f"{', '.join(right.names)}",
            fix="train again, on all rows",
        )
    return right.names if left.names is None else left.names


def _not_there(why: str) -> DataError:
    return DataError(
        f"The rows to be taken out are not all in the model: {why}",
        fix="take out what was added, as it was then",
    )
