"""Records: the small results of steps, and errors of workers, on their way to the driver.

Every step has a second output, its report. Errors go there as data, for remote runners turn
exceptions into text, and their exit codes would be lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import apache_beam as beam

from headrace import errors
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["FAULT", "REPORT", "Record", "caught", "fault_of", "raise_first", "record"]

REPORT: Final = "report"
FAULT: Final = "fault"

Record = tuple[str, Any]
"""What it is about, and a value of JSON types or a dataclass of such."""


def record(about: str, value: object) -> beam.pvalue.TaggedOutput:
    """Return a record for a step's report."""
    return beam.pvalue.TaggedOutput(REPORT, (about, value))


def caught(outputs: Iterator[object]) -> Iterator[object]:
    """Yield a step's outputs; an error raised on purpose becomes a record."""
    try:
        yield from outputs
    except HeadraceError as error:
        yield record(FAULT, fault_of(error))


def fault_of(error: HeadraceError) -> dict[str, str]:
    """Return an error as JSON."""
    return {
        "type": type(error).__name__,
        "what": error.what,
        "where": error.where,
        "fix": error.fix,
    }


def raise_first(faults: Iterable[Mapping[str, str]]) -> None:
    """Raise the first of the faults in a stable order, if there are any, naming their number.

    Raises
    ------
    HeadraceError
        Of the type it had in the worker.
    """
    ordered = sorted(faults, key=lambda fault: (fault["where"], fault["what"]))
    if not ordered:
        return
    first = ordered[0]
    others = len({(fault["where"], fault["what"]) for fault in ordered}) - 1
    what = f"{first['what']} (and {others} more)" if others else first["what"]
    raise getattr(errors, first["type"])(what, first["where"], first["fix"])
