"""Stable hashes of row keys, and the holdout and folds they decide.

The same key gives the same hash on every machine and in every version, so that two pipelines
agree on which rows are kept from training. Integers go through the finalizer of SplitMix64
(Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014), strings
through XXH64 of their UTF-8 bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat
import xxhash

from headrace.data.kinds import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Hashes", "fold_of", "hash_keys", "is_holdout", "is_key_type"]

Hashes = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_HOLDOUT_SALT = np.uint64(0x686F6C646F757400)
_FOLD_SALT = np.uint64(0x666F6C6473000000)


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
        hashes = _mix(hashes * _GOLDEN + _hash_column(batch.column(name)))
    return hashes


def is_holdout(hashes: Hashes, fraction: float) -> npt.NDArray[np.bool_]:
    """Return which rows are kept from training; shape (n,)."""
    return np.asarray(_mix(hashes ^ _HOLDOUT_SALT) < np.uint64(int(fraction * 2.0**64)))


def fold_of(hashes: Hashes, n_folds: int) -> npt.NDArray[np.uint64]:
    """Return the fold of each row, from 0 to ``n_folds - 1``; shape (n,)."""
    return np.asarray(_mix(hashes ^ _FOLD_SALT) % np.uint64(n_folds))


def _hash_column(column: pa.Array) -> Hashes:
    if pat.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pat.is_uint64(column.type):
        return _mix(column.to_numpy())
    if pat.is_integer(column.type):
        return _mix(column.cast(pa.int64()).to_numpy().view(np.uint64))
    texts = pc.cast(column, pa.large_binary()).to_pylist()
    return np.fromiter(map(xxhash.xxh64_intdigest, texts), np.uint64, len(texts))


def _mix(values: Hashes) -> Hashes:
    mixed = values + _GOLDEN
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))
