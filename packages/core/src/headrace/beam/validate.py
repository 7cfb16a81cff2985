"""Validate: batches to good batches; bad rows go their own way, with reason and position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import apache_beam as beam
import numpy as np
import pyarrow as pa

from headrace.beam.records import REPORT, caught, record
from headrace.data.position import position_of, with_position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.data.position import Position
    from headrace.data.rows import Checked, Rules
    from headrace.data.shards import Source

__all__ = ["COUNTS", "ENDED", "REJECTS", "Validate", "rejects_schema"]

REJECTS: Final = "rejects"
COUNTS: Final = "counts"
ENDED: Final = "ended"


def rejects_schema(schema: pa.Schema) -> pa.Schema:
    """Return the schema of rejected rows: as read, with reason, file and row (from 0)."""
    return pa.schema(
        [
            pa.field("headrace_reason", pa.string()),
            pa.field("headrace_file", pa.string()),
            pa.field("headrace_row", pa.int64()),
            *schema,
        ]
    )


class _Validate(beam.DoFn):  # type: ignore[misc]  # Beam's DoFn is untyped
    def __init__(self, rules: Rules, uris: tuple[str, ...]) -> None:
        self._rules = rules
        self._uris = uris

    def process(self, element: pa.RecordBatch) -> Iterator[object]:
        return caught(self._split(element))

    def _split(self, batch: pa.RecordBatch) -> Iterator[object]:
        position = position_of(batch)
        checked = self._rules.check(batch)
        yield with_position(checked.good, position)
        yield record(COUNTS, checked.counts)
        if position.is_last:
            yield record(ENDED, position.shard)
        if checked.bad is not None or position.is_last:
            yield beam.pvalue.TaggedOutput(REJECTS, self._rejects(batch, checked, position))

    def _rejects(
        self, batch: pa.RecordBatch, checked: Checked, position: Position
    ) -> pa.RecordBatch:
        bad = checked.bad if checked.bad is not None else batch.slice(0, 0)
        rows = np.asarray(checked.rows, np.int64) + position.row
        columns = [
            pa.array(checked.reasons, pa.string()),
            pa.array([self._uris[position.shard]] * len(rows), pa.string()),
            pa.array(rows, pa.int64()),
            *bad.columns,
        ]
        rejects = pa.RecordBatch.from_arrays(columns, schema=rejects_schema(batch.schema))
        return with_position(rejects, position)


class Validate(beam.PTransform):  # type: ignore[misc]  # Beam's PTransform is untyped
    """Check every row by the rules.

    Outputs: good batches (main), rejected rows, and a report with each batch's counts and each
    shard that was read to its end.
    """

    def __init__(self, rules: Rules, source: Source) -> None:
        super().__init__()
        self._rules = rules
        self._uris = tuple(shard.uri for shard in source.shards)

    def expand(self, batches: beam.PCollection) -> beam.pvalue.DoOutputsTuple:
        """Split each batch."""
        return batches | beam.ParDo(_Validate(self._rules, self._uris)).with_output_types(
            pa.RecordBatch
        ).with_outputs(REJECTS, REPORT, main="good")
