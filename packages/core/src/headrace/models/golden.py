"""Golden rows: a few rows with their predictions, kept in the bundle to prove it after loading.

They are a sample of the training rows that does not depend on their order
(`headrace.models.sampled`), so that neither does the bundle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from headrace.contracts.proof import Proof
from headrace.data.numbers import numbers
from headrace.errors import ModelError
from headrace.models.sampled import sample_file

if TYPE_CHECKING:
    from headrace.models.bundle import Bundle
    from headrace.statistics.sample import Sample

__all__ = ["GOLDEN_FILE", "golden_file", "repeat_golden"]

GOLDEN_FILE: Final = "golden.arrow"

_LIMIT: Final = 64 * 2**20
_PREDICTION: Final = "headrace.prediction"
_NO_ARROW: Final = (
    *(pa.ArrowException, OSError, ValueError, KeyError, TypeError),
    *(MemoryError, StopIteration),
)
_NO_PREDICTION: Final = (
    *(pa.ArrowException, ValueError, KeyError, TypeError, AttributeError),
    *(IndexError, ArithmeticError),
)


def golden_file(bundle: Bundle, sample: Sample) -> bytes:
    """Return a sample with the bundle's predictions as an Arrow IPC stream."""
    return sample_file(sample, (_PREDICTION, bundle.predict(sample.rows)))


def repeat_golden(bundle: Bundle, data: bytes) -> Proof:
    """Predict the golden rows again and compare bit for bit.

    Parameters
    ----------
    bundle : Bundle
    data : bytes
        Of `golden_file`, from anywhere.

    Raises
    ------
    ModelError
        The file is damaged, or the model cannot predict its rows.
    """
    golden = _checked(data)
    wanted = golden.column(_PREDICTION)
    try:
        got = bundle.predict(golden)
    except _NO_PREDICTION as error:
        raise ModelError(
            f"The model cannot predict its golden rows: {type(error).__name__}: {error}"
        ) from error
    if got.type != wanted.type or len(got) != len(wanted):
        raise ModelError(
            f"For its golden rows the model gives {len(got)} predictions of type {got.type}; "
            f"wanted {len(wanted)} of type {wanted.type}"
        )
    ours, theirs = numbers(got), numbers(wanted)
    bits = f"u{ours.dtype.itemsize}"
    differ = np.flatnonzero(ours.view(bits) != theirs.view(bits))
    if not len(differ):
        return Proof(n_rows=len(wanted))
    first = int(differ[0])
    with np.errstate(all="ignore"):
        distances = np.abs(ours[differ].astype(np.float64) - theirs[differ])
    return Proof(
        n_rows=len(wanted),
        n_differing=len(differ),
        row=first,
        got=str(got[first]),
        wanted=str(wanted[first]),
        greatest=float(np.nan_to_num(distances, nan=np.inf, posinf=np.inf).max()),
    )


def _checked(data: bytes) -> pa.RecordBatch:
    """Return the batch of a file from anywhere, with every offset in it checked."""
    try:
        if len(data) > _LIMIT:
            raise ValueError(f"it has {len(data):,} bytes; at most {_LIMIT:,} are wanted")
        with pa.ipc.open_stream(data) as reader:
            golden = reader.read_next_batch()
        golden.validate(full=True)
        if not pa.types.is_floating(golden.column(_PREDICTION).type):
            raise ValueError("its predictions are no floats")
    except _NO_ARROW as error:
        raise ModelError(
            f"The model's file '{GOLDEN_FILE}' is damaged: {type(error).__name__}: {error}",
            fix="restore it from a backup, or train again",
        ) from error
    return golden
