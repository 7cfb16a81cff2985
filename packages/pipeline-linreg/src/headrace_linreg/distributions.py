"""Student's t and F, by SciPy, which is imported only when a probability is asked for.

Twelve digits of each value, so that another version of SciPy gives the same bytes.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["f_probability", "t_probability", "t_quantile"]


@lru_cache
def t_quantile(degrees_of_freedom: int, level: float) -> float:
    """Return t so that Student's t lies between -t and t with probability ``level``."""
    from scipy.special import stdtrit  # noqa: PLC0415

    return _rounded(-stdtrit(degrees_of_freedom, (1 - level) / 2))


def t_probability(t: float, degrees_of_freedom: int) -> float:
    """Return the probability that Student's t is further from 0 than ``t``."""
    from scipy.special import betainc  # noqa: PLC0415

    share = degrees_of_freedom / (degrees_of_freedom + t * t)
    return _rounded(betainc(degrees_of_freedom / 2, 0.5, share))


def f_probability(f: float, degrees: int, degrees_of_freedom: int) -> float:
    """Return the probability that F of two degrees of freedom is above ``f``."""
    from scipy.special import fdtrc  # noqa: PLC0415

    return _rounded(fdtrc(degrees, degrees_of_freedom, f))


def _rounded(value: float) -> float:
    return float(f"{value:.12g}")
