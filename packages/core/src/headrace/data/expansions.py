"""Expansions: numbers that no float64 holds, as sums of float64 that are not carried out.

The first term is the number, rounded; each other is what those before it leave out, rounded. The
sum or product of two float64 is a float64 and an error that is one as well (Knuth, TAOCP 2, section
4.2.2; Dekker, Numerische Mathematik 18, 1971), so that expansions are multiplied without any
rounding (Shewchuk, Discrete & Computational Geometry 18, 1997). All is done value by value: no
number depends on its neighbours.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FLOAT64_BITS", "LEAST_TERM", "Expansion", "powers", "product", "terms_of"]

Array: TypeAlias = npt.NDArray[np.float64]
Expansion: TypeAlias = tuple[Array, ...]

FLOAT64_BITS: Final = 53
"""Of a float64's significand."""
LEAST_TERM: Final = 2.0**-800
"""Smaller terms but the first are dropped: they are safe from underflow, and nothing shows them."""
_GREATEST: Final = 2.0**900  # beyond it, splitting a factor could leave float64's range
_SPLITTER: Final = 2.0**27 + 1.0  # Veltkamp's, for 53 bits
_ROWS: Final = 8_192  # at a time, so that all terms stay in the processor's cache


def terms_of(n_bits: int) -> int:
    """Return how many terms hold any number of ``n_bits``."""
    return max(math.ceil(n_bits / FLOAT64_BITS), 1)


def powers(values: Array, degree: int, n_bits: int = FLOAT64_BITS) -> list[Expansion]:
    """Return x**2, x**3 ... x**degree of values x, exact as `product` is.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
    degree : int
    n_bits : int
        Of a value's significand; 24 where the values come from float32.
    """
    found: list[Expansion] = []
    power: Expansion = (values,)
    for exponent in range(2, degree + 1):
        power = product(power, (values,), terms_of(exponent * n_bits))
        found.append(power)
    return found


def product(left: Sequence[Array], right: Sequence[Array], n_terms: int) -> Expansion:
    """Return the product of two expansions, value by value.

    It is exact where its bits lie between 2**-800 and 2**900. Terms below are dropped, and a
    magnitude beyond is rounded to float64 as any product is; both for a value alone.

    Parameters
    ----------
    left, right : sequence of ndarray of float64, each of shape (n,)
    n_terms : int
        As many as the product's bits need, see `terms_of`.

    Returns
    -------
    tuple of ndarray of float64, each of shape (n,)
        The first is NaN where a factor is, or infinite; the others are 0 there.
    """
    n_rows = len(left[0])
    out = tuple(np.zeros(n_rows) for _ in range(n_terms))
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for start in range(0, n_rows, _ROWS):
            rows = slice(start, start + _ROWS)
            terms = _product([term[rows] for term in left], [term[rows] for term in right], n_terms)
            for term, found in zip(out, terms, strict=False):
                term[rows] = found
    return out


def _product(left: list[Array], right: list[Array], n_terms: int) -> list[Array]:
    rounded = left[0] * right[0]
    if n_terms == 1:
        return [rounded]
    is_great = np.abs(left[0]) > _GREATEST
    for values in (right[0], rounded):
        is_great |= ~(np.abs(values) <= _GREATEST)  # NaN is great as well
    any_great = bool(is_great.any())
    if any_great:
        left, right = ([np.where(is_great, 0.0, term) for term in side] for side in (left, right))
    terms = _distilled(_products(left, right))[:n_terms]
    for term in terms[1:]:
        term[np.abs(term) < LEAST_TERM] = 0.0
    if any_great:
        terms[0][is_great] = rounded[is_great]
    return terms


def _products(left: list[Array], right: list[Array]) -> list[Array]:
    """Return terms whose sum is the product, about from the greatest to the least."""
    halves = [_halves(term) for term in right]
    orders: list[list[Array]] = [[] for _ in range(len(left) + len(right))]
    for i, one in enumerate(left):
        high, low = _halves(one)
        for j, other in enumerate(right):
            other_high, other_low = halves[j]
            value = one * other
            error = high * other_high
            error -= value
            error += high * other_low
            error += low * other_high
            error += low * other_low
            orders[i + j].append(value)
            orders[i + j + 1].append(error)
    return [term for order in orders for term in order]


def _halves(values: Array) -> tuple[Array, Array]:
    """Return two numbers of 26 bits whose sum each value is (Veltkamp)."""
    high = values * _SPLITTER
    high -= high - values
    return high, values - high


def _distilled(terms: list[Array]) -> list[Array]:
    """Return terms of the same sum, each at most half the last bit of the one before it.

    Adds neighbours without error, from the last to the first, until nothing changes, which takes
    no more passes than there are terms. That ends for each value by itself: passes that only its
    neighbours need leave it as it is.
    """
    for _ in range(len(terms)):
        is_changed = False
        total = terms[-1]
        for index in range(len(terms) - 2, -1, -1):
            term = terms[index]
            value = term + total
            part = value - term
            total -= part
            part -= value
            part += term  # what the value has lost of the term
            total += part
            terms[index + 1] = total
            is_changed = is_changed or not np.array_equal(value, term)
            total = value
        terms[0] = total
        if not is_changed:
            break
    return terms
