"""Solve the normal equations of exact sums, so precisely that rounding plays no part.

The sums are whole numbers, so the elimination can work with as many bits as it needs: 320 behind
the point are far more than twice what the worst condition of float64 columns costs (some 2**106).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headrace.statistics import ExactMatrix

__all__ = ["LEAST_PIVOT", "Dependence", "solve"]

_BITS: Final = 320
LEAST_PIVOT: Final = Fraction(1, 2**92)
"""A column whose part outside the others is below 2**-46 of its norm (squared: this) depends on
them: that is what rounding to float64 leaves of an exact dependence, and a few bits more."""


@dataclass(frozen=True, slots=True)
class Dependence(Exception):
    """A column is a linear combination of others before it.

    Parameters
    ----------
    column : int
    others : tuple of int
        Columns that take part.
    """

    column: int
    others: tuple[int, ...]


def solve(gram: ExactMatrix, columns: Sequence[int], target: int) -> list[float]:
    """Return the least-squares coefficients of columns for a target.

    Parameters
    ----------
    gram : ExactMatrix
        Sums of products of all columns, the target among them.
    columns : sequence of int
        p columns, none of them all zero.
    target : int

    Returns
    -------
    list of float
        p coefficients, each rounded once.

    Raises
    ------
    Dependence
        A column depends linearly on those before it.
    """
    exponents = [_half_exponent(gram, column) for column in columns]
    matrix = np.zeros((len(columns), len(columns) + 1), object)
    for i, row in enumerate(columns):
        for j, column in enumerate((*columns, target)):
            scale = exponents[i] + (exponents[j] if j < len(columns) else 0)
            first, second = min(row, column), max(row, column)
            matrix[i, j] = _shifted(gram.integers[first][second], gram.exponent - scale + _BITS)
    for k in range(len(columns)):
        if matrix[k, k] < (1 << _BITS) * LEAST_PIVOT:
            raise Dependence(columns[k], _others(matrix, columns, k))
        for i in range(k + 1, len(columns)):
            factor = (matrix[k, i] << _BITS) // matrix[k, k]
            matrix[i, i:] -= (factor * matrix[k, i:]) >> _BITS
    solution = _back_substitute(matrix[:, :-1], matrix[:, -1])
    return [
        float(Fraction(value) / (1 << _BITS) / Fraction(2) ** exponent)
        for value, exponent in zip(solution, exponents, strict=True)
    ]


def _half_exponent(gram: ExactMatrix, column: int) -> int:
    """Return s so that the column's sum of squares is within [1, 4) times 4**s."""
    return (gram.integers[column][column].bit_length() + gram.exponent - 1) // 2


def _shifted(value: int, bits: int) -> int:
    return value << bits if bits >= 0 else value >> -bits


def _back_substitute(matrix: Any, right: Any) -> list[int]:  # noqa: ANN401 - arrays of big integers
    solution: list[int] = [0] * len(right)
    for i in reversed(range(len(right))):
        rest = right[i] - sum(
            (matrix[i, j] * solution[j]) >> _BITS for j in range(i + 1, len(right))
        )
        solution[i] = (rest << _BITS) // matrix[i, i]
    return solution


def _others(matrix: Any, columns: Sequence[int], k: int) -> tuple[int, ...]:  # noqa: ANN401 - big integers
    """Return which columns before number k combine to it: those with a share above 2**-30."""
    shares = _back_substitute(matrix[:k, :k], matrix[:k, k])
    return tuple(
        column
        for column, share in zip(columns, shares, strict=False)
        if abs(share) > 1 << (_BITS - 30)
    )
