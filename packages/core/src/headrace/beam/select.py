"""Select: the training rows or the holdout, by the hash of the key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import apache_beam as beam
import pyarrow as pa

from headrace.beam.records import REPORT, record
from headrace.data.keys import hashes_of, is_holdout, with_hashes
from headrace.data.position import position_of, with_position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.contracts.params import SupervisedParams

__all__ = ["SELECTED", "Part", "Select"]

SELECTED: Final = "selected"

Part = Literal["training", "holdout"]


class _Select(beam.DoFn):  # type: ignore[misc]  # Beam's DoFn is untyped
    def __init__(self, part: Part, params: SupervisedParams, *, hashed: bool) -> None:
        self._part = part
        self._params = params
        self._hashed = hashed

    def process(self, element: pa.RecordBatch) -> Iterator[object]:
        params = self._params
        batch = element
        if self._hashed and params.key_used:
            batch = with_hashes(batch, params.key_used, params.seed)
        if params.holdout:
            held = is_holdout(hashes_of(batch, params.key, params.seed), params.holdout)
            chosen = held if self._part == "holdout" else ~held
            batch = batch.filter(pa.array(chosen))
        if batch is not element:
            batch = with_position(batch, position_of(element))
        yield batch
        yield record(SELECTED, batch.num_rows)


class Select(beam.PTransform):  # type: ignore[misc]  # Beam's PTransform is untyped
    """Keep the rows of one part; yields batches, and reports the number of rows of each.

    Without a holdout all rows are training rows.

    Parameters
    ----------
    part : {"training", "holdout"}
    params : SupervisedParams
    hashed : bool
        Whether batches carry the hashes of their keys, because later steps ask for them.
    """

    def __init__(self, part: Part, params: SupervisedParams, *, hashed: bool = False) -> None:
        super().__init__()
        self._select = _Select(part, params, hashed=hashed)

    def expand(self, batches: beam.PCollection) -> beam.pvalue.DoOutputsTuple:
        """Filter each batch."""
        return batches | beam.ParDo(self._select).with_output_types(pa.RecordBatch).with_outputs(
            REPORT, main="rows"
        )
