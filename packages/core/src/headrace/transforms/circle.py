"""Points of a circle, rounded correctly, and so the same on every machine.

The sines of mathematical libraries differ in their last bits from one to another. Here they come
of whole numbers with 128 bits behind the point, and are rounded once.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["circle"]

_BITS: Final = 128
_PI: Final = 0x3_243F6A88_85A308D3_13198A2E_03707344


@cache
def circle(n: int) -> npt.NDArray[np.float64]:
    """Return sine and cosine of n equal steps of one turn, from angle 0; shape (n, 2)."""
    points = np.array([_point(Fraction(step, n)) for step in range(n)])
    points.flags.writeable = False
    return points


def _point(share: Fraction) -> tuple[float, float]:
    """Return sine and cosine of a share of a turn, reduced to a quarter."""
    quarter, rest = divmod(share * 4, 1)
    sine, cosine = _sine(rest), _sine(1 - rest)
    turned = ((sine, cosine), (cosine, -sine), (-sine, -cosine), (-cosine, sine))[int(quarter)]
    return turned[0] + 0.0, turned[1] + 0.0  # no negative zeros


def _sine(share: Fraction) -> float:
    """Return the sine of a share of a right angle by its Taylor series."""
    angle = share.numerator * _PI // (2 * share.denominator)
    total = term = angle
    for n in count(2, 2):
        term = -term * angle * angle // (n * (n + 1) << 2 * _BITS)
        if term in {0, -1}:  # the division rounds down
            return float(Fraction(total, 1 << _BITS))
        total += term
    raise AssertionError
