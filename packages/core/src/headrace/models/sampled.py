"""The sample of training rows that the golden rows are made of, from batches to a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from headrace.data.hashes import hash_rows, scatter_rows
from headrace.data.keys import hashes_of, sample_order
from headrace.statistics.sample import RowSample, Sample, SampleItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.contracts.params import SupervisedParams

__all__ = [
    "ORDER",
    "SAMPLE_FILE",
    "FinishSample",
    "SampledRows",
    "golden_sample",
    "sample_file",
    "sample_of",
]

SAMPLE_FILE: Final = "sample.arrow"

ORDER: Final = "headrace.order"
"""Column with the numbers that rows are chosen by."""

_ROWS: Final = 64
_BOUND: Final = b"headrace.bound"
_OURS: Final = "headrace."


def golden_sample() -> RowSample:
    """Return the statistic that chooses the golden rows."""
    return RowSample(_ROWS)


@dataclass(frozen=True)
class SampledRows:
    """Batch of training rows to what the sample chooses from; a picklable callable.

    Rows are chosen by the hash of their key; where no key is read, by their features.
    """

    params: SupervisedParams

    def __call__(self, batch: pa.RecordBatch) -> Iterator[SampleItem]:
        """Yield the batch's features, each row with its number."""
        key, seed = self.params.key_used, self.params.seed
        rows = batch.select(list(self.params.features))
        hashes = hashes_of(batch, key, seed) if key else scatter_rows(rows)
        yield SampleItem(rows, sample_order(hashes))


@dataclass(frozen=True)
class FinishSample:
    """The sample to a file that the driver reads; a picklable callable."""

    def __call__(self, state: Sample) -> dict[str, bytes]:
        """Return one file, or none for a sample that has seen no batch."""
        sample = golden_sample().finish(state)
        return {} if sample.rows is None else {SAMPLE_FILE: sample_file(sample)}


def sample_file(sample: Sample, *more: tuple[str, pa.Array]) -> bytes:
    """Return a finished sample as an Arrow IPC stream, with columns of one's own beside it."""
    if sample.rows is None:
        raise ValueError("the sample has seen no batch")
    rows = sample.rows
    for name, column in (*more, (ORDER, pa.array(sample.order))):
        rows = rows.append_column(name, column)
    bound = " ".join(map(str, sample.bound))
    rows = rows.replace_schema_metadata({_BOUND: bound.encode()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_batch(rows)
    return bytes(sink.getvalue())


def sample_of(data: bytes) -> Sample:
    """Return the sample of a file of this process or of a bundle whose digests were verified.

    So samples of two bundles can be merged to that of a bundle on the rows of both.
    """
    with pa.ipc.open_stream(data) as reader:
        stored = reader.read_next_batch()
    number, content = map(int, stored.schema.metadata[_BOUND].split())
    rows = stored.select([name for name in stored.schema.names if not name.startswith(_OURS)])
    rows = rows.replace_schema_metadata(None)
    return Sample(rows, stored.column(ORDER).to_numpy(), hash_rows(rows), (number, content))
