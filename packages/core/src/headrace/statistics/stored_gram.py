"""Exact sums of products as bytes, and back: the same sums are the same bytes.

However rows were cut and merged, and whatever was added and taken out again, what is stored is
the sums' value alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from headrace.statistics.exact import ExactGram, GramState
from headrace.statistics.parts import GRID_BITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

__all__ = ["StoredGram", "restore_gram", "store_gram"]

_DIGIT_BYTES: Final = 5  # four levels; as little as a carry leaves, so that more can be added
_LEVELS_PER_DIGIT: Final = 8 * _DIGIT_BYTES // GRID_BITS
_WIDEST: Final = 1_024  # bytes; products of what may be added have less than half of it
_FARTHEST: Final = 8_192  # bits, the same for the exponent


@dataclass(frozen=True, slots=True)
class StoredGram:
    """The sums of n columns.

    Parameters
    ----------
    n_rows : int
    exponent : int
        Entries count in units of two to it; a multiple of 10, as large as it can be.
    width : int
        Bytes of an entry, as few as the greatest takes.
    entries : bytes
        The upper triangle, row by row, each a signed integer, its least byte first. All n by n
        where they are not symmetric: weights may make them so in bits far below all that shows.
    """

    n_rows: int
    exponent: int
    width: int
    entries: bytes


def store_gram(state: GramState, n_columns: int) -> StoredGram:
    """Return sums as they are stored."""
    matrix = ExactGram(n_columns).finish(state)
    rows = matrix.integers
    is_symmetric = all(
        rows[i][j] == rows[j][i] for i in range(n_columns) for j in range(i + 1, n_columns)
    )
    entries = [entry for i, row in enumerate(rows) for entry in row[i if is_symmetric else 0 :]]
    bits = 0
    for entry in entries:
        bits |= abs(entry)
    if not bits:
        return StoredGram(matrix.n_rows, 0, 1, bytes(len(entries)))
    shift = ((bits & -bits).bit_length() - 1) // GRID_BITS * GRID_BITS
    width = (bits >> shift).bit_length() // 8 + 1  # a bit more, for the sign
    return StoredGram(
        matrix.n_rows,
        matrix.exponent + shift,
        width,
        b"".join((entry >> shift).to_bytes(width, "little", signed=True) for entry in entries),
    )


def restore_gram(stored: StoredGram, n_columns: int) -> GramState:
    """Return the sums that were stored.

    Raises
    ------
    ValueError
        They are none of so many columns.
    """
    _check(stored)
    in_triangle = n_columns * (n_columns + 1) // 2
    n_entries, rest = divmod(len(stored.entries), stored.width)
    if rest or n_entries not in {in_triangle, n_columns * n_columns}:
        raise ValueError(
            f"{len(stored.entries)} bytes are no sums of {n_columns} columns, each of "
            f"{stored.width} bytes"
        )
    levels = {}
    for place, digits in enumerate(_digits(stored.entries, stored.width)):
        sums = np.empty((n_columns, n_columns), np.int64)
        if n_entries == in_triangle:
            upper = np.triu_indices(n_columns)
            sums[upper] = digits
            sums.T[upper] = digits
        else:
            sums[:] = digits.reshape(n_columns, n_columns)
        levels[stored.exponent // GRID_BITS + place * _LEVELS_PER_DIGIT] = sums
    return GramState(stored.n_rows, 0, levels)


def _check(stored: StoredGram) -> None:
    if stored.n_rows < 0:
        raise ValueError(f"they are of {stored.n_rows} rows")
    if not 1 <= stored.width <= _WIDEST:
        raise ValueError(f"an entry has {stored.width} bytes; wanted 1 to {_WIDEST}")
    if stored.exponent % GRID_BITS or abs(stored.exponent) > _FARTHEST:
        raise ValueError(
            f"the exponent is {stored.exponent}; wanted a multiple of {GRID_BITS} within "
            f"{_FARTHEST}"
        )


def _digits(entries: bytes, width: int) -> Sequence[npt.NDArray[np.int64]]:
    """Return signed integers by their digits of 40 bits, the least first; the last has the sign."""
    given = np.frombuffer(entries, np.uint8).reshape(-1, width)
    n_digits = -(-width // _DIGIT_BYTES)
    sign = np.where(given[:, -1] >= 0x80, np.uint8(0xFF), np.uint8(0))  # noqa: PLR2004 - its bit
    padded = np.empty((len(given), n_digits * _DIGIT_BYTES), np.uint8)
    padded[:, :width] = given
    padded[:, width:] = sign[:, None]
    found = []
    for digit in range(n_digits):
        of_digit = padded[:, digit * _DIGIT_BYTES : (digit + 1) * _DIGIT_BYTES].astype(np.int64)
        value = sum(of_digit[:, byte] << np.int64(8 * byte) for byte in range(_DIGIT_BYTES))
        found.append(np.asarray(value, np.int64))
    found[-1] -= (sign > 0).astype(np.int64) << np.int64(8 * _DIGIT_BYTES)
    return found
