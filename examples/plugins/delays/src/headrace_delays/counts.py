"""The fit as a statistic: workers count flights, one of them finds the delays in the counts."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headrace import DataError, Statistic

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DelayCounts"]

Counts = Counter[tuple[str, str, int]]
"""Number of flights by origin, wind and minutes."""


class DelayCounts(Statistic[Counts, pa.RecordBatch, list[dict[str, Any]]]):
    """Quantiles by origin and wind: the least delay that a share of the flights does not exceed.

    Counts are exact, so that no order or cut of the rows plays a part.

    Parameters
    ----------
    low, high : float
        Shares.
    least : int
        Flights that an origin and wind must have.
    """

    def __init__(self, low: float, high: float, least: int) -> None:
        self._shares = {"low": low, "middle": 0.5, "high": high}
        self._least = least

    def zero(self) -> Counts:
        """Return no counts."""
        return Counter()

    def add(self, state: Counts, item: pa.RecordBatch) -> Counts:
        """Count the flights of a batch."""
        names = ["origin", "wind", "delay"]
        counted = pa.table(item.select(names)).group_by(names).aggregate([([], "count_all")])
        for row in counted.to_pylist():
            state[row["origin"], row["wind"], int(row["delay"])] += row["count_all"]
        return state

    def merge(self, left: Counts, right: Counts) -> Counts:
        """Add up."""
        return left + right

    def finish(self, state: Counts) -> list[dict[str, Any]]:
        """Return the model's cells.

        Raises
        ------
        DataError
            There are no flights.
        """
        if not state:
            raise DataError("No flight has a delay, so there is nothing to learn from")
        return list(self._cells(state))

    def _cells(self, state: Counts) -> Iterator[dict[str, Any]]:
        minutes_by_cell: dict[tuple[str, str], Counter[int]] = {("", ""): Counter()}
        for (origin, wind, minutes), n_flights in sorted(state.items()):
            for cell in (("", ""), (origin, wind)):
                minutes_by_cell.setdefault(cell, Counter())[minutes] += n_flights
        for (origin, wind), counts in minutes_by_cell.items():
            n_flights = counts.total()
            if not origin or n_flights >= self._least:
                delays = {name: _quantile(counts, share) for name, share in self._shares.items()}
                yield {"origin": origin, "wind": wind, "n_flights": n_flights, **delays}


def _quantile(counts: Counter[int], share: float) -> int:
    """Return the quantile that is one of the values (Hyndman & Fan 1996, definition 1)."""
    left = math.ceil(share * counts.total())
    for minutes in sorted(counts):
        left -= counts[minutes]
        if left <= 0:
            return minutes
    raise AssertionError(counts)
