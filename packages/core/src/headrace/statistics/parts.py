"""Columns cut into parts of 20 bits on one absolute grid, as rows of a matrix.

A part at level t is a whole number of at most 2**19, in units of 2**(10 t). A column's first part
is at the level that its greatest value wants, the others follow every 20 bits, until nothing is
left: the column is the sum of its parts, exact, whatever other rows are in the block.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from headrace.data.expansions import LEAST_TERM
from headrace.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headrace.data.expansions import Expansion

__all__ = ["GRID_BITS", "PART_BITS", "Parts"]

Array: TypeAlias = npt.NDArray[np.float64]

PART_BITS: Final = 20
GRID_BITS: Final = 10  # finer than the parts, so that the first is not nearly empty
_STEP: Final = PART_BITS // GRID_BITS
_LARGEST_EXPONENT: Final = 500  # beyond it, scaling by powers of two could leave float64's range
_FACTOR_BITS: Final = 1_000
_USUAL_PARTS: Final = 4


class Parts:
    """The parts of a block's columns.

    Parameters
    ----------
    n_columns : int
    n_rows : int
        At most, of each block.
    """

    def __init__(self, n_columns: int, n_rows: int) -> None:
        self._rows = np.empty((_USUAL_PARTS * n_columns + 1, n_rows))
        self._n_rows = n_rows
        self._columns: list[int] = []
        self._levels: list[int] = []

    @property
    def matrix(self) -> Array:
        """The parts, one a row."""
        return self._rows[: len(self._levels), : self._n_rows]

    @property
    def columns(self) -> npt.NDArray[np.intp]:
        """The column of each part."""
        return np.array(self._columns, np.intp)

    @property
    def levels(self) -> npt.NDArray[np.intp]:
        """The level of each part."""
        return np.array(self._levels, np.intp)

    def cut(self, columns: Sequence[Expansion]) -> None:
        """Take the columns of a block in the place of those before.

        Raises
        ------
        DataError
            A magnitude is beyond 2**500, or so small beside others that it would be lost.
        """
        self._columns.clear()
        self._levels.clear()
        self._n_rows = len(columns[0][0])
        for index, terms in enumerate(columns):
            if len(terms) == 1:
                self._cut_column(index, terms[0])
            else:
                self._cut_sum(index, terms)

    def _cut_column(self, index: int, column: Array) -> None:
        exponent = _exponent(column)
        if exponent is None:
            return
        level = _first_level(exponent)
        rest = _scaled(column, -GRID_BITS * level)
        if level > 0 and not np.array_equal(_scaled(rest, GRID_BITS * level), column):
            raise _too_small()
        while True:
            part = self._new_part(index, level)
            np.rint(rest, out=part)
            rest -= part
            if not rest.any():
                return
            if GRID_BITS * level < -_LARGEST_EXPONENT - 64:
                raise _too_small()
            rest *= 2.0**PART_BITS
            level -= _STEP

    def _cut_sum(self, index: int, terms: Expansion) -> None:
        """Cut an expansion; terms too small for any expansion count as 0, wherever they are."""
        is_tiny = np.abs(terms[0]) < LEAST_TERM
        exponent = _exponent(np.where(is_tiny, 0.0, terms[0]))
        if exponent is None:
            return
        copies = [np.where(is_tiny, 0.0, term) for term in terms]
        rests = [(top, rest) for rest in copies if (top := _exponent(rest)) is not None]
        level = _first_level(exponent)
        found: dict[int, Array] = {}
        while rests:
            unit = 2.0 ** (GRID_BITS * level)
            found[level] = np.zeros(self._n_rows)
            for top, rest in rests:
                if top >= GRID_BITS * level:  # others are less than half a unit
                    part = np.rint(rest * (1.0 / unit))
                    found[level] += part
                    part *= unit
                    np.subtract(rest, part, out=rest)
            rests = [(top, rest) for top, rest in rests if rest.any()]
            level -= _STEP
        for level, part in _carried(found).items():
            self._new_part(index, level)[:] = part

    def _new_part(self, column: int, level: int) -> Array:
        used = len(self._levels)
        if used == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._columns.append(column)
        self._levels.append(level)
        return self._rows[used, : self._n_rows]


def _carried(parts: dict[int, Array]) -> dict[int, Array]:
    """Return parts, each the sum of several, as parts of at most 2**19 again, without empty ones.

    Changes them in place.
    """
    level = min(parts)
    while level in parts:
        part = parts[level]
        carry = np.rint(part * 2.0**-PART_BITS)
        if carry.any():
            part -= carry * 2.0**PART_BITS
            above = parts.get(level + _STEP)
            parts[level + _STEP] = carry if above is None else above + carry
        level += _STEP
    return {level: part for level, part in parts.items() if part.any()}


def _exponent(column: Array) -> int | None:
    """Return the exponent of the greatest magnitude, None of zeros."""
    largest = float(max(column.max(), -column.min()))
    if not math.isfinite(largest):
        raise DataError(
            "A value is NaN or infinite; sums of products need finite ones",
            fix="scale columns whose powers or products leave float64's range; if it is a "
            "prediction, the model is at fault: it has to be finite for every row",
        )
    if largest == 0:
        return None
    exponent = math.frexp(largest)[1]  # largest < 2**exponent
    if exponent > _LARGEST_EXPONENT:
        raise DataError(
            f"A value has magnitude {largest:.3g}; sums of products need at most "
            f"{2.0**_LARGEST_EXPONENT:.3g}",
            fix="scale the column, or clip it",
        )
    return exponent


def _scaled(column: Array, n_bits: int) -> Array:
    """Return a column times a power of 2; as a product where float64 has the power: it is quick."""
    if abs(n_bits) < _FACTOR_BITS:
        return column * 2.0**n_bits
    return np.ldexp(column, n_bits)


def _first_level(exponent: int) -> int:
    """Return the least level with ``exponent <= 10 level + 19``."""
    return -((PART_BITS - 1 - exponent) // GRID_BITS)


def _too_small() -> DataError:
    return DataError(
        f"A value is smaller than {2.0**-_LARGEST_EXPONENT:.3g} and not zero; sums of products "
        "cannot hold it",
        fix="scale the column, or round it",
    )
