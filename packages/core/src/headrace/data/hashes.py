"""Stable 64-bit hashes of columns and rows, the same on every machine and in every version.

Integers go through the finalizer of SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom
number generators", OOPSLA 2014), strings through XXH64 of their UTF-8 bytes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat
import xxhash

__all__ = ["GOLDEN", "Hashes", "hash_column", "hash_rows", "mix", "scatter_rows"]

Hashes = npt.NDArray[np.uint64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)

_NULL = np.uint64(0x6E756C6C00000000)


def hash_rows(batch: pa.RecordBatch) -> Hashes:
    """Return a 64-bit hash of each row's values, null among them; shape (n,).

    Floats go by their bits, so that 0.0 is another value than -0.0, and NaN is one.
    """
    hashes = np.zeros(batch.num_rows, np.uint64)
    for column in batch.columns:
        hashes = mix(hashes * GOLDEN + _hash_values(column))
    return hashes


def scatter_rows(batch: pa.RecordBatch) -> Hashes:
    """Return a number for each row's values that costs a third of `hash_rows`; shape (n,).

    Equal rows have equal numbers; others may, rarely, have the same.
    """
    numbers = np.zeros(batch.num_rows, np.uint64)
    for index, column in enumerate(batch.columns):
        values = _bits(column)
        values = _hash_texts(column) if values is None else _where_null(column, values)
        values = values ^ (values >> np.uint64(32))  # doubles of few digits differ up there only
        numbers += values * mix(np.full(1, index, np.uint64))
    return mix(numbers)


def mix(values: Hashes) -> Hashes:
    """Return numbers of which each bit depends on all bits of the value; shape (n,)."""
    mixed = values + GOLDEN
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def hash_column(column: pa.Array) -> Hashes:
    """Return the hashes of integers or strings, without nulls; shape (n,)."""
    if pat.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pat.is_uint64(column.type):
        return mix(column.to_numpy())
    if pat.is_integer(column.type):
        return mix(column.cast(pa.int64()).to_numpy().view(np.uint64))
    texts = pc.cast(column, pa.large_binary()).to_pylist()
    return np.fromiter(map(xxhash.xxh64_intdigest, texts), np.uint64, len(texts))


def _hash_values(column: pa.Array) -> Hashes:
    """Return the hashes of a column of any type, with nulls."""
    bits = _bits(column)
    return _hash_texts(column) if bits is None else _where_null(column, mix(bits))


def _bits(column: pa.Array) -> Hashes | None:
    """Return a column's values as unsigned integers, anything where they are null.

    None if they are texts, or of a type that Arrow writes as text.
    """
    if pat.is_boolean(column.type):
        column = column.cast(pa.uint8())
    elif pat.is_temporal(column.type):
        is_short = pat.is_date32(column.type) or pat.is_time32(column.type)
        column = column.view(pa.int32() if is_short else pa.int64())
    elif not (pat.is_integer(column.type) or pat.is_floating(column.type)):
        return None
    values = (column.fill_null(0) if column.null_count else column).to_numpy()
    unsigned = values.view(f"u{values.dtype.itemsize}")
    return np.asarray(unsigned.astype(np.uint64))


def _hash_texts(column: pa.Array) -> Hashes:
    """Return the hashes of a column of strings, or of others as Arrow writes them."""
    if pat.is_dictionary(column.type):
        column = column.dictionary_decode()
    encoded = pc.cast(column, pa.large_string()).dictionary_encode()
    if not len(encoded.dictionary):
        return np.full(len(column), _NULL, np.uint64)
    hashes = hash_column(encoded.dictionary)[encoded.indices.fill_null(0).to_numpy()]
    return _where_null(column, hashes)


def _where_null(column: pa.Array, hashes: Hashes) -> Hashes:
    if not column.null_count:
        return hashes
    return np.where(column.is_null().to_numpy(zero_copy_only=False), _NULL, hashes)
