"""Read: shards to batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import apache_beam as beam
import pyarrow as pa

from headrace.beam.records import REPORT, caught
from headrace.data.shards import read_shard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.data.shards import FileSource, Shard, Source

__all__ = ["Read"]


class _ReadShard(beam.DoFn):  # type: ignore[misc]  # Beam's DoFn is untyped
    def __init__(self, schema: pa.Schema, own: FileSource | None) -> None:
        self._schema = schema
        self._own = own

    def process(self, element: Shard) -> Iterator[object]:
        return caught(iter(read_shard(element, self._schema, self._own)))


class Read(beam.PTransform):  # type: ignore[misc]  # Beam's PTransform is untyped
    """Read the columns of ``schema`` of a source; yields batches, and a report.

    Only the shards' descriptors are spread over workers; a batch stays where it was read.
    """

    def __init__(self, source: Source, schema: pa.Schema) -> None:
        super().__init__()
        self._source = source
        self._schema = schema

    def expand(self, begin: beam.pvalue.PBegin) -> beam.pvalue.DoOutputsTuple:
        """Create the descriptors, spread them, read."""
        return (
            begin
            | "Shards" >> beam.Create(self._source.shards, reshuffle=False)
            | "Spread" >> beam.Reshuffle()
            | "ReadShard"
            >> beam.ParDo(_ReadShard(self._schema, self._source.own))
            .with_output_types(pa.RecordBatch)
            .with_outputs(REPORT, main="batches")
        )
