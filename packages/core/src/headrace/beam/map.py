"""Map: each batch to another, by a function that knows nothing of Beam."""

from __future__ import annotations

from typing import TYPE_CHECKING

import apache_beam as beam
import pyarrow as pa

from headrace.beam.records import REPORT, caught
from headrace.data.position import position_of, with_position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Map"]


class _Map(beam.DoFn):  # type: ignore[misc]  # Beam's DoFn is untyped
    def __init__(self, function: Callable[[pa.RecordBatch], pa.RecordBatch]) -> None:
        self._function = function

    def process(self, element: pa.RecordBatch) -> Iterator[object]:
        return caught(self._map(element))

    def _map(self, batch: pa.RecordBatch) -> Iterator[object]:
        yield with_position(self._function(batch), position_of(batch))


class Map(beam.PTransform):  # type: ignore[misc]  # Beam's PTransform is untyped
    """Map each batch; yields batches that lie where theirs lay, and a report.

    Parameters
    ----------
    function : callable
        Batch to batch, of any rows and columns; picklable.
    """

    def __init__(self, function: Callable[[pa.RecordBatch], pa.RecordBatch]) -> None:
        super().__init__()
        self._map = _Map(function)

    def expand(self, batches: beam.PCollection) -> beam.pvalue.DoOutputsTuple:
        """Map."""
        return batches | beam.ParDo(self._map).with_output_types(pa.RecordBatch).with_outputs(
            REPORT, main="mapped"
        )
