"""Batches between workers as Arrow IPC; Beam would pickle them, with all they were sliced from."""

from __future__ import annotations

import pyarrow as pa
from apache_beam.coders import Coder, registry

__all__ = ["RecordBatchCoder", "register"]


class RecordBatchCoder(Coder):  # type: ignore[misc]  # Beam's coders are untyped
    """Encode one batch as an Arrow IPC stream, its position included."""

    def encode(self, value: pa.RecordBatch) -> bytes:
        """Return the bytes of an IPC stream of one batch."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, value.schema) as writer:
            writer.write_batch(value)
        return bytes(sink.getvalue())

    def decode(self, encoded: bytes) -> pa.RecordBatch:
        """Return the batch of such bytes."""
        with pa.ipc.open_stream(encoded) as reader:
            return reader.read_next_batch()

    def estimate_size(self, value: pa.RecordBatch) -> int:
        """Return about as many bytes as `encode` makes; Beam asks often, and would encode."""
        return int(value.nbytes)

    def is_deterministic(self) -> bool:
        """Return True: the same batch gives the same bytes."""
        return True

    def to_type_hint(self) -> type[pa.RecordBatch]:
        """Return the type that the coder is for."""
        batch_type: type[pa.RecordBatch] = pa.RecordBatch
        return batch_type


def register() -> None:
    """Make it the coder of record batches in this process."""
    registry.register_coder(pa.RecordBatch, RecordBatchCoder)
