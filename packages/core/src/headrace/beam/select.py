"""Select: the training rows or the holdout, by the hash of the key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import apache_beam as beam
import pyarrow as pa

from headrace.beam.records import REPORT, record
from headrace.data.keys import hash_keys, is_holdout
from headrace.data.position import position_of, with_position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.contracts.params import SupervisedParams

__all__ = ["SELECTED", "Part", "Select"]

SELECTED: Final = "selected"

Part = Literal["training", "holdout"]


class _Select(beam.DoFn):  # type: ignore[misc]  # Beam's DoFn is untyped
    def __init__(self, part: Part, params: SupervisedParams) -> None:
        self._part = part
        self._params = params

    def process(self, element: pa.RecordBatch) -> Iterator[object]:
        params = self._params
        batch = element
        if params.holdout:
            held = is_holdout(hash_keys(batch, params.key, params.seed), params.holdout)
            chosen = held if self._part == "holdout" else ~held
            batch = with_position(batch.filter(pa.array(chosen)), position_of(batch))
        yield batch
        yield record(SELECTED, batch.num_rows)


class Select(beam.PTransform):  # type: ignore[misc]  # Beam's PTransform is untyped
    """Keep the rows of one part; yields batches, and reports the number of rows of each.

    Without a holdout all rows are training rows.
    """

    def __init__(self, part: Part, params: SupervisedParams) -> None:
        super().__init__()
        self._select = _Select(part, params)

    def expand(self, batches: beam.PCollection) -> beam.pvalue.DoOutputsTuple:
        """Filter each batch."""
        return batches | beam.ParDo(self._select).with_output_types(pa.RecordBatch).with_outputs(
            REPORT, main="rows"
        )
