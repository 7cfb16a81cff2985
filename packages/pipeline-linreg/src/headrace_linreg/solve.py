"""Solve the normal equations of exact sums, so precisely that rounding plays no part.

The sums are whole numbers, so the elimination can work with as many bits as it needs: 320 behind
the point are far more than twice what the worst condition of float64 columns costs (some 2**106).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headrace.statistics import ExactMatrix

__all__ = ["LEAST_PIVOT", "Dependence", "NormalEquations", "root"]

_BITS: Final = 320
_ONE: Final = 1 << _BITS
LEAST_PIVOT: Final = Fraction(1, 2**92)
"""A column whose part outside the others is below 2**-46 of its norm (squared: this) depends on
them: that is what rounding to float64 leaves of an exact dependence, and a few bits more."""
_NOTHING: Final = Fraction(1, 2**200)
"""Of the target's squares: what the elimination's own rounding may leave of an exact fit."""


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


class NormalEquations:
    """Least squares of a target by columns, as L D L' = X'WX in fixed point, and what follows.

    Every column is scaled by a power of two, so that its sum of squares is within [1, 4).

    Parameters
    ----------
    gram : ExactMatrix
        Sums of products of all columns, the target among them.
    columns : sequence of int
        None of them all zero.
    target : int
    ridge : Fraction
        Is added to the squares of all columns but number 0, the constant.
    drop : bool
        Whether to leave out a column that depends on those before it.

    Attributes
    ----------
    columns : tuple of int
        Those that take part, p of them.
    dropped : tuple of Dependence
        Those left out.

    Raises
    ------
    Dependence
        A column depends linearly on those before it, and is not to be left out.
    """

    def __init__(
        self,
        gram: ExactMatrix,
        columns: Sequence[int],
        target: int,
        *,
        ridge: Fraction = Fraction(0),
        drop: bool = False,
    ) -> None:
        every = [*columns, target]
        squares = [gram.value(j, j) + (ridge if 0 < j < target else 0) for j in every]
        self._exponents = [_half_exponent(square) for square in squares]
        matrix = np.zeros((len(every), len(every)), object)
        for i, row in enumerate(every):
            for j in range(i, len(every)):
                bits = gram.exponent - self._exponents[i] - self._exponents[j] + _BITS
                matrix[i, j] = _shifted(gram.integers[row][every[j]], bits)
            matrix[i, i] = _fixed(squares[i], -2 * self._exponents[i])
        self._scaled = matrix.copy()
        self._kept: list[int] = []
        dropped = []
        for k in range(len(columns)):
            if matrix[k, k] < _ONE * LEAST_PIVOT:
                found = Dependence(columns[k], self._others(matrix, columns, k))
                if not drop:
                    raise found
                dropped.append(found)
                continue
            self._kept.append(k)
            for i in range(k + 1, len(every)):
                factor = (matrix[k, i] << _BITS) // matrix[k, k]
                matrix[i, i:] -= (factor * matrix[k, i:]) >> _BITS
        self._matrix = matrix
        self.columns = tuple(columns[k] for k in self._kept)
        self.dropped = tuple(dropped)

    def coefficients(self) -> list[float]:
        """Return p coefficients, each rounded once."""
        last = self._exponents[-1]
        solution = _back_substitute(self._matrix, self._kept, len(self._matrix) - 1)
        return [
            float(Fraction(value, _ONE) * Fraction(2) ** (last - self._exponents[k]))
            for k, value in zip(self._kept, solution, strict=True)
        ]

    def residual_squares(self) -> Fraction:
        """Return the (weighted) sum of squared residuals; 0 for a fit without any.

        With a penalty, what it adds to them is in it as well.
        """
        left, all_ = self._matrix[-1, -1], self._scaled[-1, -1]
        if left < all_ * _NOTHING:
            return Fraction(0)
        return Fraction(left, _ONE) * Fraction(4) ** self._exponents[-1]

    def inverse_root(self) -> InverseRoot:
        """Return what the precision of coefficients and predictions comes from."""
        kept = self._kept
        pivots = [self._matrix[k, k] for k in kept]
        inverse = np.zeros((len(kept), len(kept)), object)
        for i, row in enumerate(kept):
            inverse[i, i] = _ONE
            for j in range(i):
                factor = (self._matrix[kept[j], row] << _BITS) // pivots[j]
                inverse[i, : j + 1] -= (factor * inverse[j, : j + 1]) >> _BITS
        return InverseRoot(
            inverse,
            pivots,
            [self._exponents[k] for k in kept],
            self._scaled[np.ix_(kept, kept)],
        )

    def _others(self, matrix: Any, columns: Sequence[int], k: int) -> tuple[int, ...]:  # noqa: ANN401 - big integers
        """Return which columns before number k combine to it: those with a share above 2**-30."""
        shares = _back_substitute(matrix, self._kept, k)
        return tuple(
            columns[j]
            for j, share in zip(self._kept, shares, strict=True)
            if abs(share) > 1 << (_BITS - 30)
        )


class InverseRoot:
    """The inverse C of the normal equations' matrix, as M'M = C with M lower triangular.

    A sum of squares cannot cancel, which x'Cx does where a feature's mean is far from 0.

    Parameters
    ----------
    inverse : ndarray of int, shape (p, p)
        Of L, in fixed point.
    pivots : list of int
        D.
    exponents : list of int
        Of the columns' scales.
    scaled : ndarray of int, shape (p, p)
        The matrix itself; its upper triangle.
    """

    def __init__(self, inverse: Any, pivots: list[int], exponents: list[int], scaled: Any) -> None:  # noqa: ANN401 - arrays of big integers
        self._inverse = inverse
        self._pivots = pivots
        self._exponents = exponents
        self._scaled = scaled

    def rows(self) -> list[list[float]]:
        """Return the rows of M up to its diagonal, each number rounded once.

        Raises
        ------
        OverflowError
            One is beyond float64.
        """
        return [
            [
                float(Fraction(value, isqrt(pivot << _BITS)) / Fraction(2) ** exponent)
                for value, exponent in zip(row[: k + 1], self._exponents, strict=False)
            ]
            for k, (row, pivot) in enumerate(zip(self._inverse, self._pivots, strict=True))
        ]

    def diagonal(self) -> list[Fraction]:
        """Return the diagonal of C."""
        return [
            Fraction(
                sum(
                    self._inverse[k, j] ** 2 // self._pivots[k] for k in range(j, len(self._pivots))
                ),
                _ONE,
            )
            / Fraction(4) ** exponent
            for j, exponent in enumerate(self._exponents)
        ]

    def condition(self) -> float:
        """Return the condition number of the columns, scaled to length 1, to six digits.

        The ratio of the greatest to the least singular value; the scale is that of Belsley, Kuh &
        Welsch, Regression Diagnostics (1980), section 3.2. Six digits, because the last ones are
        LAPACK's.
        """
        if not self._pivots:
            return 1.0
        upper = (self._scaled / _ONE).astype(np.float64)
        lengths = np.sqrt(np.diag(upper))
        matrix = (upper + np.triu(upper, 1).T) / np.outer(lengths, lengths)
        roots = np.sqrt([pivot / _ONE for pivot in self._pivots])
        inverse = (self._inverse / _ONE).astype(np.float64) / roots[:, None] * lengths
        greatest = float(np.linalg.eigvalsh(matrix)[-1])
        return float(f"{np.sqrt(greatest) * np.linalg.norm(inverse, 2):.6g}")


def root(value: Fraction) -> float:
    """Return the square root of a number, rounded once.

    Raises
    ------
    OverflowError
        It is beyond float64.
    """
    shift = max(0, 256 - value.numerator.bit_length() + value.denominator.bit_length())
    shift += shift % 2
    return float(Fraction(isqrt((value.numerator << shift) // value.denominator), 1 << shift // 2))


def _half_exponent(square: Fraction) -> int:
    """Return s so that a sum of squares, a whole number over a power of 2, is in [1, 4) * 4**s."""
    if not square:
        return 0
    return (square.numerator.bit_length() - square.denominator.bit_length()) // 2


def _shifted(value: int, bits: int) -> int:
    return value << bits if bits >= 0 else value >> -bits


def _fixed(value: Fraction, exponent: int) -> int:
    scaled = value * Fraction(2) ** exponent
    return (scaled.numerator << _BITS) // scaled.denominator


def _back_substitute(matrix: Any, kept: Sequence[int], right: int) -> list[int]:  # noqa: ANN401 - an array of big integers
    """Return the combination of the columns that were eliminated that gives another column."""
    solution: dict[int, int] = {}
    for i in reversed(kept):
        rest = matrix[i, right] - sum(
            (matrix[i, j] * found) >> _BITS for j, found in solution.items()
        )
        solution[i] = (rest << _BITS) // matrix[i, i]
    return [solution[i] for i in kept]
