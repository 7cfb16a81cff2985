"""Sums of products of float columns, exact, and therefore the same in any order.

Every value is cut into parts of 20 bits on one absolute grid, so that the products of parts and
their sums over a block of rows are whole numbers below 2**53: the matrix product of a block is
then exact whatever order BLAS adds in, and integers do the rest. The idea is that of error-free
transformation of matrix products (Ozaki, Ogita, Oishi & Rump, Numerical Algorithms 59, 2012) and
of reproducible summation (Demmel & Nguyen, IEEE Trans. Computers 64, 2015).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from headrace.errors import DataError
from headrace.statistics.statistic import Statistic

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from headrace.data.numbers import FloatArray

__all__ = ["ExactGram", "ExactMatrix", "GramItem", "GramState"]

_BITS = 20
_BLOCK_ROWS = 16_384  # parts are at most 2**19: products 2**38, their sums over a block 2**52
_BLOCKS_PER_CARRY = 32  # a level gets less than 2**56 a block: below 2**62, also when two merge
_CARRY_ABOVE = np.int64(1) << np.int64(40)
_HALF = np.int64(1) << np.int64(_BITS - 1)
_LEVELS_ABOVE = 4  # a sum of 63 bits reaches no further
_LARGEST_EXPONENT = 500  # beyond it, scaling by powers of two could leave float64's range


@dataclass(frozen=True, slots=True)
class GramItem:
    """Columns of n rows, all finite, and their weights.

    Parameters
    ----------
    columns : sequence of ndarray, each of shape (n,)
    weight : ndarray of float64, shape (n,), optional
        Multiplies the left factor, rounded to float64 once a value.
    """

    columns: Sequence[FloatArray]
    weight: npt.NDArray[np.float64] | None = None


@dataclass(slots=True)
class GramState:
    """Sums of products by the level of their last bit: level t counts in units of 2**(20 t)."""

    n_rows: int = 0
    blocks: int = 0
    levels: dict[int, npt.NDArray[np.int64]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExactMatrix:
    """A p by p matrix of exact numbers, ``integers[i][j] * 2**exponent``."""

    integers: tuple[tuple[int, ...], ...]
    exponent: int
    n_rows: int

    def value(self, row: int, column: int) -> Fraction:
        """Return one entry, exact."""
        return Fraction(self.integers[row][column]) * Fraction(2) ** self.exponent


class ExactGram(Statistic[GramState, GramItem, ExactMatrix]):
    """Sums over rows of the products of all pairs of columns.

    Parameters
    ----------
    n_columns : int
        Columns of each item.
    """

    def __init__(self, n_columns: int) -> None:
        self._n_columns = n_columns

    def zero(self) -> GramState:
        """Return empty sums."""
        return GramState()

    def add(self, state: GramState, item: GramItem) -> GramState:
        """Add the rows of an item.

        Raises
        ------
        DataError
            A magnitude is beyond 2**500, or so small beside others that it would be lost.
        """
        n_rows = len(item.columns[0]) if item.columns else 0
        for start in range(0, n_rows, _BLOCK_ROWS):
            rows = slice(start, min(start + _BLOCK_ROWS, n_rows))
            columns = [np.asarray(column[rows], np.float64) for column in item.columns]
            right = _Parts(columns)
            if item.weight is None:
                left = right
            else:
                left = _Parts([column * item.weight[rows] for column in columns])
            self._add_products(state, left, right)
        state.n_rows += n_rows
        return state

    def _add_products(self, state: GramState, left: _Parts, right: _Parts) -> None:
        products = left.matrix @ right.matrix.T
        for left_level, left_rows in left.rows.items():
            for right_level, right_rows in right.rows.items():
                level = left_level + right_level
                sums = state.levels.get(level)
                if sums is None:
                    sums = np.zeros((self._n_columns, self._n_columns), np.int64)
                    state.levels[level] = sums
                chosen = products[np.ix_(left_rows, right_rows)].astype(np.int64)
                sums[np.ix_(left.columns[left_level], right.columns[right_level])] += chosen
        state.blocks += 1
        if state.blocks >= _BLOCKS_PER_CARRY:
            _carry(state)

    def merge(self, left: GramState, right: GramState) -> GramState:
        """Add the sums of two states."""
        levels = {level: sums.copy() for level, sums in left.levels.items()}
        for level, sums in right.levels.items():
            if level in levels:
                levels[level] += sums
            else:
                levels[level] = sums.copy()
        merged = GramState(left.n_rows + right.n_rows, left.blocks + right.blocks, levels)
        if merged.blocks >= _BLOCKS_PER_CARRY:
            _carry(merged)
        return merged

    def finish(self, state: GramState) -> ExactMatrix:
        """Return the sums, exact."""
        lowest = min(state.levels, default=0)
        total = np.zeros((self._n_columns, self._n_columns), object)
        for level, sums in state.levels.items():
            total = total + (sums.astype(object) << (_BITS * (level - lowest)))
        integers = tuple(tuple(int(entry) for entry in row) for row in total)
        return ExactMatrix(integers, _BITS * lowest, state.n_rows)


class _Parts:
    """The parts of a block's columns, as rows of one matrix, and where each level's rows are."""

    def __init__(self, columns: Sequence[npt.NDArray[np.float64]]) -> None:
        parts: list[npt.NDArray[np.float64]] = []
        self.rows: dict[int, list[int]] = {}
        self.columns: dict[int, list[int]] = {}
        for index, column in enumerate(columns):
            for level, part in _parts(column):
                self.rows.setdefault(level, []).append(len(parts))
                self.columns.setdefault(level, []).append(index)
                parts.append(part)
        n_rows = len(columns[0])
        self.matrix = np.array(parts) if parts else np.zeros((0, n_rows))


def _parts(column: npt.NDArray[np.float64]) -> list[tuple[int, npt.NDArray[np.float64]]]:
    """Cut values into whole numbers of at most 2**19 in units of 2**(20 level), highest first."""
    largest = float(max(column.max(), -column.min()))
    if not math.isfinite(largest):
        raise DataError(
            "A value is NaN or infinite; sums of products need finite ones",
            fix="if it is a prediction, the model is at fault: it has to be finite for every row",
        )
    if largest == 0:
        return []
    exponent = int(np.frexp(largest)[1])  # largest < 2**exponent
    if exponent > _LARGEST_EXPONENT:
        raise DataError(
            f"A value has magnitude {largest:.3g}; sums of products need at most "
            f"{2.0**_LARGEST_EXPONENT:.3g}",
            fix="scale the column, or clip it",
        )
    level = -((19 - exponent) // _BITS)  # the least with exponent <= 20 level + 19
    parts = []
    rest = np.ldexp(column, -_BITS * level)
    if level > 0 and not np.array_equal(np.ldexp(rest, _BITS * level), column):
        raise _too_small()
    while True:
        part = np.rint(rest)
        parts.append((level, part))
        rest = rest - part
        if not rest.any():
            return parts
        if _BITS * level < -_LARGEST_EXPONENT - 64:
            raise _too_small()
        rest *= 2.0**_BITS
        level -= 1


def _too_small() -> DataError:
    return DataError(
        f"A value is smaller than {2.0**-_LARGEST_EXPONENT:.3g} and not zero; sums of products "
        "cannot hold it",
        fix="scale the column, or round it",
    )


def _carry(state: GramState) -> None:
    """Move what a level holds beyond its bits to the next level, so that no sum overflows.

    Rounds to the nearest, so that nothing is left to carry of a small sum, be it negative.
    """
    state.blocks = 0
    for level in range(min(state.levels, default=0), max(state.levels, default=0) + _LEVELS_ABOVE):
        sums = state.levels.get(level)
        if sums is not None and (np.abs(sums) >= _CARRY_ABOVE).any():
            carried = (sums + _HALF) >> np.int64(_BITS)
            state.levels[level] = sums - (carried << np.int64(_BITS))
            above = state.levels.get(level + 1)
            state.levels[level + 1] = carried if above is None else above + carried
