"""The value that a column has most often, be it text or a number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from headrace.data.kinds import Kind, kind_of
from headrace.statistics.categories import COUNTED, Categories
from headrace.statistics.quantiles import Quantiles, QuantilesState
from headrace.statistics.statistic import Statistic

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MostFrequent", "MostFrequentState"]

_CATEGORIES: Final = Categories(COUNTED)
_NUMBERS: Final = Quantiles()


@dataclass(slots=True)
class MostFrequentState:
    """Counts of text and of numbers; a column has only one of them."""

    categories: dict[str | None, int] = field(default_factory=dict)
    numbers: QuantilesState = field(default_factory=QuantilesState)


class MostFrequent(Statistic[MostFrequentState, "pa.Array", "str | float | None"]):
    """The most frequent value, the smallest of several; null, NaN and infinities do not count.

    Each different value is counted: up to 1,000,000 texts, up to 65,536 numbers.
    """

    def zero(self) -> MostFrequentState:
        """Return no values."""
        return MostFrequentState()

    def add(self, state: MostFrequentState, item: pa.Array) -> MostFrequentState:
        """Add the values of a column of text or numbers."""
        if kind_of(item.type) is Kind.CATEGORY:
            return MostFrequentState(_CATEGORIES.add(state.categories, item), state.numbers)
        return MostFrequentState(state.categories, _NUMBERS.add(state.numbers, item))

    def merge(self, left: MostFrequentState, right: MostFrequentState) -> MostFrequentState:
        """Add the counts of two states."""
        return MostFrequentState(
            _CATEGORIES.merge(left.categories, right.categories),
            _NUMBERS.merge(left.numbers, right.numbers),
        )

    def finish(self, state: MostFrequentState) -> str | float | None:
        """Return the value, None where there is none.

        Raises
        ------
        DataError
            There are too many different values.
        """
        counts = _CATEGORIES.finish(state.categories)
        counts.pop(None, None)
        if counts:
            return max(counts, key=counts.__getitem__)  # the first of several: they are sorted
        numbers = _NUMBERS.finish(state.numbers)
        return numbers.most_frequent() if numbers.n else None
