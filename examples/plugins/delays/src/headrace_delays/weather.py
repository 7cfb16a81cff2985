"""The join: each flight with the wind at its origin in the hour of its departure."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from headrace import DataError

__all__ = ["JoinWind"]


class JoinWind:
    """Add the column ``wind`` to flights: calm, windy, or unknown where no weather is known.

    Parameters
    ----------
    weather : pyarrow.Table
        With origin, hour and wind; small, for every worker gets it.
    windy : float
        Knots from which on it is windy.

    Raises
    ------
    DataError
        A column is missing or of another type, or an origin and hour comes twice.
    """

    def __init__(self, weather: pa.Table, windy: float) -> None:
        wanted = pa.schema(
            [("origin", pa.string()), ("hour", pa.timestamp("s")), ("wind", pa.float64())]
        )
        try:
            weather = weather.select(wanted.names).cast(wanted).combine_chunks()
        except (KeyError, pa.ArrowException) as error:
            found = ", ".join(f"{field.name} ({field.type})" for field in weather.schema)
            raise DataError(
                f"The weather has {found}; wanted origin (string), hour (timestamp), wind (number)",
                where="weather",
            ) from error
        hour = pc.strftime(weather.column("hour"), "%Y-%m-%dT%H")
        self._hours = _hours(weather.column("origin"), hour).combine_chunks()
        if len(self._hours.unique()) < len(self._hours):
            raise DataError("The weather has an origin and hour twice", where="weather")
        is_windy = pc.greater_equal(weather.column("wind"), windy).combine_chunks()
        self._winds = pc.if_else(is_windy, "windy", "calm")

    def __call__(self, flights: pa.RecordBatch) -> pa.RecordBatch:
        """Return the flights with their wind."""
        hour = pc.utf8_slice_codeunits(flights.column("departs"), 0, len("2013-01-01T05"))
        found = pc.index_in(_hours(flights.column("origin"), hour), value_set=self._hours)
        wind = pc.fill_null(self._winds.take(found), "unknown")
        return flights.append_column("wind", wind)


def _hours(origin: pa.Array, hour: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(origin, hour, " ")
