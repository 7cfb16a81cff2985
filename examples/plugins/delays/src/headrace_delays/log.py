"""The source: a log of flights, a line each, and the rule of which lines are flights."""

from __future__ import annotations

import io
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headrace.graph import split_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.graph import Checked

__all__ = ["FlightLines", "FlightLog"]

_LINE: Final = (
    r"^(?P<departs>\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d) "
    r"(?P<origin>[A-Z]{3})>(?P<destination>[A-Z]{3}) (?P<flight>\w+) (?P<delay>[+-]\d{1,4}|\?)$"
)
_LINES: Final = 50_000


class FlightLog:
    """Lines such as ``2013-01-01T05:15 EWR>IAH UA1545 +11``, as they are written."""

    schema = pa.schema([("line", pa.string())])

    def batches(self, file: pa.NativeFile) -> Iterator[pa.RecordBatch]:
        """Yield the lines of a file."""
        with io.TextIOWrapper(file, encoding="utf-8") as text:
            while lines := [line.rstrip("\r\n") for line in islice(text, _LINES)]:
                yield pa.RecordBatch.from_pydict({"line": lines}, schema=self.schema)


class FlightLines:
    """Tell lines that are flights from others, and take them apart.

    Parameters
    ----------
    is_landed : bool
        Whether only flights with a delay are wanted; those with ``?`` are unlabelled then.
    """

    def __init__(self, *, is_landed: bool) -> None:
        self._is_landed = is_landed

    def check(self, batch: pa.RecordBatch) -> Checked:
        """Return the flights with departs, origin, destination, flight and delay as strings."""
        found = pc.extract_regex(batch.column("line"), pattern=_LINE)
        bad = np.flatnonzero(found.is_null())
        flights = pa.RecordBatch.from_struct_array(found.drop_null())
        n_flights = flights.num_rows
        if self._is_landed:
            flights = flights.filter(pc.not_equal(flights.column("delay"), "?"))
        reasons = dict.fromkeys(bad.tolist(), "the line is no flight")
        return split_rows(batch, flights, reasons, n_unlabelled=n_flights - flights.num_rows)
