"""The distinct values of a column with their counts, up to a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat

from headrace.errors import DataError
from headrace.statistics.statistic import Statistic

if TYPE_CHECKING:
    from collections.abc import Mapping

Category = TypeVar("Category", str, str | None)

__all__ = ["COUNTED", "Categories", "check_limit", "greatest_counts"]

COUNTED: Final = 1_000_000
"""Most categories that are ever counted, about 100 MB of them."""


class Categories(Statistic[dict[str | None, int], pa.Array, dict[str | None, int]]):
    """Counts by category; null is a category of its own.

    The counts are exact and order-free up to the limit. Beyond it there is no result: which
    categories a state then holds depends on the order, so that nothing may be made of them. Who
    wants only the most frequent ones counts all of them up to `COUNTED`, and chooses in the end
    (`greatest_counts`).

    Parameters
    ----------
    limit : int
        Most categories that are kept; one more is a data error.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def zero(self) -> dict[str | None, int]:
        """Return no categories."""
        return {}

    def add(self, state: dict[str | None, int], item: pa.Array) -> dict[str | None, int]:
        """Count the values of a column of strings."""
        if pat.is_dictionary(item.type):
            item = item.dictionary_decode()
        counted = pc.value_counts(item)
        for value, count in zip(
            counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True
        ):
            if value in state or len(state) <= self._limit:
                state[value] = state.get(value, 0) + count
        return state

    def merge(
        self, left: dict[str | None, int], right: dict[str | None, int]
    ) -> dict[str | None, int]:
        """Add the counts of two states."""
        merged = dict(left)
        for value, count in right.items():
            if value in merged or len(merged) <= self._limit:
                merged[value] = merged.get(value, 0) + count
        return merged

    def finish(self, state: dict[str | None, int]) -> dict[str | None, int]:
        """Return the counts, sorted by category, null last.

        Raises
        ------
        DataError
            There are more categories than the limit.
        """
        if self._limit < COUNTED:
            fix = "raise max_categories of its transform, or keep its most_frequent ones"
            check_limit(len(state), self._limit, fix)
        check_limit(len(state), self._limit)
        return dict(sorted(state.items(), key=lambda item: (item[0] is None, item[0] or "")))


def check_limit(n_categories: int, limit: int, fix: str = "hash the column") -> None:
    """Refuse more categories than a limit.

    Raises
    ------
    DataError
        It advises to leave the column out, or what ``fix`` says.
    """
    if n_categories > limit:
        raise DataError(
            f"The column has more than {limit:,} categories",
            fix=f"leave the column out, or {fix}",
        )


def greatest_counts(counts: Mapping[Category, int], n: int) -> dict[Category, int]:
    """Return the n greatest counts, in the order they are in; of equal ones, the first."""
    chosen = set(sorted(counts, key=counts.__getitem__, reverse=True)[:n])  # a stable sort
    return {category: count for category, count in counts.items() if category in chosen}
