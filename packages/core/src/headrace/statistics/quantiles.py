"""Quantiles of a column: exact, or of values shortened to their leading bits; order-free.

A float64's bits can be read as a whole number that sorts as the float does. The statistic counts
these numbers, and while there are at most 65,536 different ones it is exact. Beyond that it keeps
of each number the greatest count of leading bits with which at most 65,536 different ones remain.
That count of bits is a function of the values alone, not of the order in which they came, so that
any order, batching and merge tree ends in the same state. Sixteen bits always do: a sign, an
exponent and 4 bits of the fraction are kept at the least, usually 10 and more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from headrace.data.numbers import numbers
from headrace.errors import DataError
from headrace.statistics.statistic import Statistic

if TYPE_CHECKING:
    from headrace.data.numbers import FloatArray

__all__ = ["Quantiles", "QuantilesResult", "QuantilesState"]

Keys = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int64]

_WHOLE: Final = 64
_SIGN: Final = np.uint64(1 << 63)
_EXPONENT_BITS: Final = 11


def _no_keys() -> Keys:
    return np.zeros(0, np.uint64)


@dataclass(slots=True)
class QuantilesState:
    """Counts of the different keys, sorted, of which only the leading ``bits`` are not 0."""

    keys: Keys = field(default_factory=_no_keys)
    counts: Counts = field(default_factory=lambda: np.zeros(0, np.int64))
    bits: int = _WHOLE
    minimum: float = math.inf
    maximum: float = -math.inf
    n_missing: int = 0
    n_infinite: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class QuantilesResult:
    """The finite values in order, with what each of them stands for.

    Parameters
    ----------
    n : int
        Finite values.
    n_missing : int
        Null and NaN.
    n_infinite : int
    minimum, maximum : float
        NaN where ``n`` is 0; always exact.
    values : ndarray of float64, shape (m,)
        Different values, ascending.
    ends : ndarray of int64, shape (m,)
        How many values are up to each.
    bits : int
        Leading bits in which the values are exact; 64 if they are whole.
    """

    n: int
    n_missing: int
    n_infinite: int
    minimum: float
    maximum: float
    values: npt.NDArray[np.float64]
    ends: Counts
    bits: int

    @property
    def is_exact(self) -> bool:
        """Whether the values are those of the data, not shortened ones."""
        return self.bits == _WHOLE

    @property
    def relative_error(self) -> float:
        """The most by which a value is off, as a part of its magnitude (of normal numbers)."""
        return 0.0 if self.is_exact else 2.0 ** (_EXPONENT_BITS - self.bits)

    def at(self, probability: float) -> float:
        """Return a quantile, linear between neighbours as in numpy.quantile, rounded once.

        Parameters
        ----------
        probability : float
            From 0 (the minimum) to 1 (the maximum).

        Returns
        -------
        float
            NaN without values. A neighbour is the value of exactly that rank, or differs from it
            by at most `relative_error`.
        """
        if not self.n:
            return math.nan
        place = (self.n - 1) * Fraction(repr(float(probability)))  # 0.1 is meant to be 1/10
        rank = math.floor(place)
        low, high = self._of_rank(rank), self._of_rank(min(rank + 1, self.n - 1))
        return float(low + (high - low) * (place - rank))

    def _of_rank(self, rank: int) -> Fraction:
        if rank == 0:
            return Fraction(self.minimum)
        if rank == self.n - 1:
            return Fraction(self.maximum)
        return Fraction(float(self.values[int(np.searchsorted(self.ends, rank, side="right"))]))

    def most_frequent(self) -> float:
        """Return the value that is there most often, the smallest of several.

        Raises
        ------
        DataError
            There are too many different values to have counted each.
        """
        if not self.is_exact:
            raise DataError(
                "The column has too many different values to count each of them",
                fix="ask for the median, or make buckets of the column first",
            )
        return float(self.values[np.diff(self.ends, prepend=0).argmax()]) if self.n else math.nan


class Quantiles(Statistic[QuantilesState, pa.Array, QuantilesResult]):
    """Quantiles of a numeric column; null, NaN and infinities are only counted.

    Parameters
    ----------
    limit : int
        Most different values that are kept, at least 1. From 65,536 on, a value that is not exact
        is off by at most 2**-5 of its magnitude.
    """

    def __init__(self, limit: int = 65_536) -> None:
        self._limit = limit

    def zero(self) -> QuantilesState:
        """Return no values."""
        return QuantilesState()

    def add(self, state: QuantilesState, item: pa.Array) -> QuantilesState:
        """Add the values of a column."""
        values = numbers(item)
        finite = values[np.isfinite(values)]
        n_missing = int(np.count_nonzero(np.isnan(values)))
        state.n_missing += n_missing
        state.n_infinite += len(values) - len(finite) - n_missing
        if len(finite):
            state.minimum = min(state.minimum, float(finite.min()) + 0.0)
            state.maximum = max(state.maximum, float(finite.max()) + 0.0)
            self._take(state, *_counted(_keys(finite), state.bits))
        return state

    def merge(self, left: QuantilesState, right: QuantilesState) -> QuantilesState:
        """Add the counts of two states."""
        bits = min(left.bits, right.bits)
        merged = QuantilesState(
            *_shortened(left.keys, left.counts.copy(), bits),
            bits,
            min(left.minimum, right.minimum),
            max(left.maximum, right.maximum),
            left.n_missing + right.n_missing,
            left.n_infinite + right.n_infinite,
        )
        self._take(merged, *_shortened(right.keys, right.counts, bits))
        return merged

    def _take(self, state: QuantilesState, keys: Keys, counts: Counts) -> None:
        """Add counts of keys of the state's bits, and shorten all where they are too many."""
        places = np.searchsorted(state.keys, keys)
        is_known = np.zeros(len(keys), bool)
        inside = places < len(state.keys)
        is_known[inside] = state.keys[places[inside]] == keys[inside]
        state.counts[places[is_known]] += counts[is_known]
        if not is_known.all():
            new = ~is_known
            state.keys = np.insert(state.keys, places[new], keys[new])
            state.counts = np.insert(state.counts, places[new], counts[new])
        if len(state.keys) > self._limit:
            state.bits = _bits_that_fit(state.keys, self._limit)
            state.keys, state.counts = _shortened(state.keys, state.counts, state.bits)

    def finish(self, state: QuantilesState) -> QuantilesResult:
        """Return the values with their ranks; a shortened one is the middle of its like."""
        ends = np.cumsum(state.counts)
        n = int(ends[-1]) if len(ends) else 0
        values = np.zeros(0)
        if n:
            middles = state.keys | np.uint64(0 if state.bits == _WHOLE else 1 << 63 - state.bits)
            least, greatest = _keys(np.array([state.minimum, state.maximum]))
            values = _values(np.clip(middles, least, greatest))
        return QuantilesResult(
            n=n,
            n_missing=state.n_missing,
            n_infinite=state.n_infinite,
            minimum=state.minimum if n else math.nan,
            maximum=state.maximum if n else math.nan,
            values=values,
            ends=ends,
            bits=state.bits,
        )


def _keys(values: FloatArray) -> Keys:
    """Return whole numbers in the order of finite values; both zeros give the same."""
    bits = (values.astype(np.float64, copy=False) + 0.0).view(np.uint64)
    return np.asarray(bits ^ ((np.uint64(0) - (bits >> np.uint64(63))) | _SIGN))


def _values(keys: Keys) -> npt.NDArray[np.float64]:
    """Return the values of keys."""
    is_negative = np.uint64(1) - (keys >> np.uint64(63))
    return np.asarray(keys ^ ((np.uint64(0) - is_negative) | _SIGN)).view(np.float64)


def _mask(bits: int) -> np.uint64:
    return np.uint64((1 << _WHOLE) - (1 << _WHOLE - bits))


def _counted(keys: Keys, bits: int) -> tuple[Keys, Counts]:
    """Return the different keys of so many bits, sorted, and their counts."""
    if bits <= _WHOLE // 2:  # half the width sorts in half the time
        short = np.sort(
            (keys >> np.uint64(32)).astype(np.uint32) & np.uint32(_mask(bits) >> np.uint64(32))
        )
        starts = _starts(short)
        different = short[starts].astype(np.uint64) << np.uint64(32)
    else:
        long = np.sort(keys & _mask(bits))
        starts = _starts(long)
        different = long[starts]
    return different, np.diff(starts, append=len(keys))


def _shortened(keys: Keys, counts: Counts, bits: int) -> tuple[Keys, Counts]:
    """Return sorted keys cut to so many bits, with the counts of those that are now one added."""
    if not len(keys):
        return keys, counts
    short = keys & _mask(bits)
    starts = _starts(short)
    if len(starts) == len(keys):
        return short, counts
    return short[starts], np.add.reduceat(counts, starts)


def _starts(ordered: npt.NDArray[np.unsignedinteger]) -> npt.NDArray[np.int64]:
    """Return where each different value of a sorted array begins."""
    is_start = np.empty(len(ordered), bool)
    is_start[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=is_start[1:])
    return np.flatnonzero(is_start)


def _bits_that_fit(keys: Keys, limit: int) -> int:
    """Return the greatest number of leading bits with at most ``limit`` different keys.

    Two neighbours of a sorted array are told apart by so many bits as they share, and one more.
    """
    differing = keys[1:] ^ keys[:-1]
    high = differing >> np.uint64(32)
    low = differing & np.uint64(2**32 - 1)
    lengths = np.where(high != 0, 32 + _bit_length(high), _bit_length(low))
    told_apart = np.bincount(_WHOLE - lengths + 1, minlength=_WHOLE + 1)
    different = 1 + np.cumsum(told_apart)  # by number of bits
    return int(np.flatnonzero(different <= limit)[-1])


def _bit_length(values: Keys) -> npt.NDArray[np.int64]:
    """Return the number of bits of whole numbers below 2**32."""
    return np.frexp(values.astype(np.float64))[1].astype(np.int64)
