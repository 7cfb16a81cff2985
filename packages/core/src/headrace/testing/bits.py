"""Compare predictions bit for bit, and say where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

__all__ = ["difference", "values_of"]


def values_of(predictions: pa.Array) -> npt.NDArray[Any]:
    """Return predictions as NumPy floats; shape (n,)."""
    return np.asarray(predictions.to_numpy(zero_copy_only=False))


def difference(got: pa.Array, wanted: pa.Array) -> str:
    """Return how the bits of two arrays of predictions differ, or an empty text.

    Unlike ``==``, it tells 0.0 from -0.0, and takes NaN for equal to itself.
    """
    if got.type != wanted.type:
        return f"the type is {got.type}; wanted {wanted.type}"
    if len(got) != len(wanted):
        return f"there are {len(got)} predictions; wanted {len(wanted)}"
    one, other = values_of(got), values_of(wanted)
    unsigned = np.dtype(f"u{one.dtype.itemsize}")
    differs = one.view(unsigned) != other.view(unsigned)
    if not differs.any():
        return ""
    first = int(np.flatnonzero(differs)[0])
    return (
        f"{int(differs.sum())} of {len(one)} predictions differ; the first is row {first}: "
        f"{one[first]!r}, wanted {other[first]!r}"
    )
