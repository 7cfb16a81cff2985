"""Stable hashes of row keys, and the holdout and folds they decide.

The same key gives the same hash on every machine and in every version, so that two pipelines
agree on which rows are kept from training; `headrace.data.hashes` says how.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from headrace.data.hashes import GOLDEN, hash_column, mix
from headrace.data.kinds import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from headrace.data.hashes import Hashes

__all__ = [
    "fold_of",
    "hash_keys",
    "hashes_of",
    "is_holdout",
    "is_key_type",
    "sample_order",
    "with_hashes",
]

_HOLDOUT_SALT = np.uint64(0x686F6C646F757400)
_FOLD_SALT = np.uint64(0x666F6C6473000000)
_SAMPLE_SALT = np.uint64(0x73616D706C650000)
_COLUMN = "headrace.hash"


def is_key_type(type_: pa.DataType) -> bool:
    """Return whether a column may be part of a key: integers and strings, never floats."""
    value_type = type_.value_type if pat.is_dictionary(type_) else type_
    return bool(pat.is_integer(value_type)) or kind_of(type_) is Kind.CATEGORY


def hash_keys(batch: pa.RecordBatch, key: Sequence[str], seed: int) -> Hashes:
    """Return a 64-bit hash of each row's key.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        n rows; the key columns hold integers or strings, without nulls.
    key : sequence of str
        Key columns; their order matters.
    seed : int
        Salt, at least 0 and below 2**32.

    Returns
    -------
    ndarray of uint64, shape (n,)
    """
    hashes = np.full(batch.num_rows, np.uint64(seed), np.uint64)
    for name in key:
        hashes = mix(hashes * GOLDEN + hash_column(batch.column(name)))
    return hashes


def with_hashes(batch: pa.RecordBatch, key: Sequence[str], seed: int) -> pa.RecordBatch:
    """Return the batch with the hashes of its keys as one more column, for `hashes_of`."""
    return batch.append_column(_COLUMN, pa.array(hash_keys(batch, key, seed)))


def hashes_of(batch: pa.RecordBatch, key: Sequence[str], seed: int) -> Hashes:
    """Return what `hash_keys` does, at no cost if the batch carries it."""
    if _COLUMN in batch.schema.names:
        return np.asarray(batch.column(_COLUMN).to_numpy())
    return hash_keys(batch, key, seed)


def sample_order(hashes: Hashes) -> Hashes:
    """Return the numbers by which a sample takes the least; shape (n,).

    They say nothing of holdout and fold, which mix the hash once more.
    """
    return np.asarray(hashes ^ _SAMPLE_SALT)


def is_holdout(hashes: Hashes, fraction: float) -> npt.NDArray[np.bool_]:
    """Return which rows are kept from training; shape (n,)."""
    return np.asarray(mix(hashes ^ _HOLDOUT_SALT) < np.uint64(int(fraction * 2.0**64)))


def fold_of(hashes: Hashes, n_folds: int) -> npt.NDArray[np.uint64]:
    """Return the fold of each row, from 0 to ``n_folds - 1``; shape (n,)."""
    return np.asarray(mix(hashes ^ _FOLD_SALT) % np.uint64(n_folds))
