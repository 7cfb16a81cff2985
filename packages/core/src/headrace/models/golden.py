"""Golden rows: a few rows with their predictions, kept in the bundle to prove it after loading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa

from headrace.errors import ModelError

if TYPE_CHECKING:
    from headrace.models.bundle import Bundle

__all__ = ["GOLDEN_FILE", "GOLDEN_ROWS", "check_golden", "golden_rows"]

GOLDEN_FILE: Final = "golden.arrow"
GOLDEN_ROWS: Final = 64

_PREDICTION: Final = "headrace.prediction"


def golden_rows(bundle: Bundle, rows: pa.RecordBatch) -> bytes:
    """Return feature columns and predictions of some rows as an Arrow IPC stream."""
    features = [chain.feature for chain in bundle.preparation.chains]
    columns = [rows.column(name) for name in features]
    golden = pa.RecordBatch.from_arrays(
        [*columns, bundle.predict(rows)], names=[*features, _PREDICTION]
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, golden.schema) as writer:
        writer.write_batch(golden)
    return bytes(sink.getvalue())


def check_golden(bundle: Bundle, data: bytes) -> None:
    """Predict the golden rows again and compare bit for bit.

    Raises
    ------
    ModelError
        A prediction differs.
    """
    with pa.ipc.open_stream(data) as reader:
        golden = reader.read_next_batch()
    wanted = golden.column(_PREDICTION)
    got = bundle.predict(golden)
    if not got.equals(wanted):
        first = next(
            row
            for row, (one, other) in enumerate(
                zip(got.to_pylist(), wanted.to_pylist(), strict=True)
            )
            if one != other
        )
        raise ModelError(
            f"After saving and loading, the model predicts {got[first]} for golden row {first}; "
            f"wanted {wanted[first]}",
            fix="the model's state() and from_state() must restore the same bits",
        )
