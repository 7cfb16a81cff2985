"""The model: low, middle and high delay of each origin and wind."""

from __future__ import annotations

from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from headrace import JsonModel, Params

__all__ = ["Cell", "DelaysModel"]


class Cell(Params):
    """Flights of one origin and wind."""

    origin: str
    wind: str
    n_flights: int
    low: int
    """Minutes, as the others."""
    middle: int
    high: int


class DelaysModel(JsonModel):
    """A table to look up."""

    format: Literal["delays/v1"] = "delays/v1"
    windy: float
    """Knots from which on it was windy."""
    cells: tuple[Cell, ...]
    """The first is of all flights, for those whose origin and wind has none of its own."""

    def add_predictions(self, flights: pa.RecordBatch) -> pa.RecordBatch:
        """Return flights that know their wind with three columns more."""
        names = pa.array([f"{cell.origin} {cell.wind}" for cell in self.cells])
        wanted = pc.binary_join_element_wise(flights.column("origin"), flights.column("wind"), " ")
        found = pc.fill_null(pc.index_in(wanted, value_set=names), 0)
        for name in ("low", "middle", "high"):
            delays = pa.array([getattr(cell, name) for cell in self.cells])
            flights = flights.append_column(f"delays_{name}", delays.take(found))
        return flights.drop_columns(["delay"])
