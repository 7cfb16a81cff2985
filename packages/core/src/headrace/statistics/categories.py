"""The distinct values of a column with their counts, up to a bound."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat

from headrace.errors import DataError
from headrace.statistics.statistic import Statistic

__all__ = ["Categories"]


class Categories(Statistic[dict[str | None, int], pa.Array, dict[str | None, int]]):
    """Counts by category; null is a category of its own.

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
        if len(state) > self._limit:
            raise DataError(
                f"The column has more than {self._limit:,} categories",
                fix="leave the column out, or raise max_categories of its transform",
            )
        return dict(sorted(state.items(), key=lambda item: (item[0] is None, item[0] or "")))
