"""Arrow columns as NumPy numbers, without copies where Arrow allows it."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat

__all__ = ["FLOAT32_BITS", "FloatArray", "is_missing", "numbers"]

FLOAT32_BITS: Final = 24
"""Of a float32's significand."""

FloatArray: TypeAlias = npt.NDArray[np.float64] | npt.NDArray[np.float32]


def numbers(array: pa.Array) -> FloatArray:
    """Return a numeric or boolean column as floats, null as NaN.

    Parameters
    ----------
    array : pyarrow.Array
        Of any integer, floating or boolean type, n values.

    Returns
    -------
    ndarray, shape (n,)
        float32 where the column is float32, otherwise float64; shares Arrow's memory where the
        column is float32 or float64 without nulls. Integers beyond 2**53 are rounded to float64.
    """
    if pat.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pat.is_float32(array.type) or pat.is_float64(array.type):
        return np.asarray(array.to_numpy(zero_copy_only=False))
    return np.asarray(array.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))


def is_missing(array: pa.Array) -> npt.NDArray[np.bool_]:
    """Return which values are null, or NaN in a floating column; shape (n,)."""
    nan_is_null = pat.is_floating(array.type)
    return np.asarray(pc.is_null(array, nan_is_null=nan_is_null).to_numpy(zero_copy_only=False))
