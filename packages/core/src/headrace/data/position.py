"""Where a batch lies in its source, carried in the batch's schema metadata.

A batch keeps its position through every step, so that Write can make one part a shard, rejects
can name their row, and the last batch of a shard is known as such.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Position", "position_of", "with_position"]

_KEY = b"headrace.position"


@dataclass(frozen=True, slots=True)
class Position:
    """Shard, first row within its file, and whether the shard ends with this batch."""

    shard: int
    row: int
    is_last: bool


def with_position(batch: pa.RecordBatch, position: Position) -> pa.RecordBatch:
    """Return the batch with its position and no other metadata."""
    text = f"{position.shard} {position.row} {int(position.is_last)}"
    return batch.replace_schema_metadata({_KEY: text.encode()})


def position_of(batch: pa.RecordBatch) -> Position:
    """Return the position that a batch carries."""
    shard, row, is_last = batch.schema.metadata[_KEY].split()
    return Position(int(shard), int(row), is_last == b"1")
