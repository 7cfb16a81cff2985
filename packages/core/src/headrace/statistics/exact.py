"""Sums of products of float columns, exact, and therefore the same in any order.

Every value is cut into parts of 20 bits on one absolute grid, so that the products of parts and
their sums over a block of rows are whole numbers below 2**53: the matrix product of a block is
then exact whatever order BLAS adds in, and integers do the rest. The idea is that of error-free
transformation of matrix products (Ozaki, Ogita, Oishi & Rump, Numerical Algorithms 59, 2012) and
of reproducible summation (Demmel & Nguyen, IEEE Trans. Computers 64, 2015).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from headrace.data.expansions import product
from headrace.statistics.parts import GRID_BITS, PART_BITS, Parts
from headrace.statistics.statistic import Statistic

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from headrace.data.expansions import Expansion
    from headrace.data.numbers import FloatArray

__all__ = ["ExactGram", "ExactMatrix", "GramItem", "GramState"]

_BLOCK_ROWS = 16_384  # parts are at most 2**19: products 2**38, their sums over a block 2**52
_BLOCKS_PER_CARRY = 32  # a level gets less than 2**56 a block: below 2**62, also when two merge
_USUAL_PAIRS = 16  # of parts that meet at one level in a block: 2**4 times 2**52
_CARRY_ABOVE = np.int64(1) << np.int64(40)
_HALF = np.int64(1) << np.int64(PART_BITS - 1)
_LEVELS_PER_PART = PART_BITS // GRID_BITS
_LEVELS_ABOVE = 8  # a sum of 63 bits reaches no further


@dataclass(frozen=True, slots=True)
class GramItem:
    """Columns of n rows, all finite, and their weights.

    Parameters
    ----------
    columns : sequence of ndarray of shape (n,), or of tuples of such
        A tuple is a column whose exact values are the sums of its arrays, the first of them the
        rounded values (see `headrace.data.expansions`).
    weight : ndarray of float64, shape (n,), optional
        Multiplies the products, exactly: were it rounded, weights would hide that a column
        depends on others.
    """

    columns: Sequence[FloatArray | Expansion]
    weight: npt.NDArray[np.float64] | None = None

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        if not self.columns:
            return 0
        first = self.columns[0]
        return len(first[0]) if isinstance(first, tuple) else len(first)

    def block(self, rows: slice) -> list[Expansion]:
        """Return some rows of the columns."""
        return [
            tuple(term[rows] for term in column)
            if isinstance(column, tuple)
            else (np.asarray(column[rows], np.float64),)
            for column in self.columns
        ]

    def weighted(self, columns: Sequence[Expansion], rows: slice) -> list[Expansion]:
        """Return a block's columns times their weights."""
        assert self.weight is not None  # noqa: S101 - for types
        weight = np.asarray(self.weight[rows], np.float64)
        return [product(column, (weight,), len(column) + 1) for column in columns]


@dataclass(slots=True)
class GramState:
    """Sums of products by the level of their last bit: level t counts in units of 2**(10 t)."""

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
        n_rows = item.n_rows
        left = right = Parts(self._n_columns, min(n_rows, _BLOCK_ROWS))
        if item.weight is not None:
            left = Parts(self._n_columns, min(n_rows, _BLOCK_ROWS))
        for start in range(0, n_rows, _BLOCK_ROWS):
            rows = slice(start, min(start + _BLOCK_ROWS, n_rows))
            columns = item.block(rows)
            right.cut(columns)
            if item.weight is not None:
                left.cut(item.weighted(columns, rows))
            self._add_products(state, left, right)
        state.n_rows += n_rows
        return state

    def _add_products(self, state: GramState, left: Parts, right: Parts) -> None:
        products = (left.matrix @ right.matrix.T).astype(np.int64)
        if not products.size:
            return
        levels = np.add.outer(left.levels, right.levels)
        lowest = int(levels.min())
        added = np.zeros(
            (int(levels.max()) - lowest + 1, self._n_columns, self._n_columns), np.int64
        )
        np.add.at(added, (levels - lowest, left.columns[:, None], right.columns), products)
        for level, sums in enumerate(added, lowest):
            if level in state.levels:
                state.levels[level] += sums
            elif sums.any():
                state.levels[level] = sums.copy()
        state.blocks += 1 + levels.shape[0] // (_USUAL_PAIRS * self._n_columns)
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

    def subtract(self, left: GramState, right: GramState) -> GramState:
        """Take the sums of a state out of another's; nothing of them stays behind."""
        negative = {level: -sums for level, sums in right.levels.items()}
        return self.merge(left, GramState(-right.n_rows, right.blocks, negative))

    def finish(self, state: GramState) -> ExactMatrix:
        """Return the sums, exact."""
        lowest = min(state.levels, default=0)
        total = np.zeros((self._n_columns, self._n_columns), object)
        for level, sums in state.levels.items():
            total = total + (sums.astype(object) << (GRID_BITS * (level - lowest)))
        integers = tuple(tuple(int(entry) for entry in row) for row in total)
        return ExactMatrix(integers, GRID_BITS * lowest, state.n_rows)


def _carry(state: GramState) -> None:
    """Move what a level holds beyond its bits to the one 20 bits above, so that no sum overflows.

    Rounds to the nearest, so that nothing is left to carry of a small sum, be it negative.
    """
    state.blocks = 0
    for level in range(min(state.levels, default=0), max(state.levels, default=0) + _LEVELS_ABOVE):
        sums = state.levels.get(level)
        if sums is not None and (np.abs(sums) >= _CARRY_ABOVE).any():
            carried = (sums + _HALF) >> np.int64(PART_BITS)
            state.levels[level] = sums - (carried << np.int64(PART_BITS))
            above = state.levels.get(level + _LEVELS_PER_PART)
            state.levels[level + _LEVELS_PER_PART] = carried if above is None else above + carried
