"""Errors of workers travel as data, for remote runners turn exceptions into text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import apache_beam as beam

from headrace import errors
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["FAULTS", "Record", "caught", "fault_of", "raise_first"]

FAULTS: Final = "faults"

Record = dict[str, Any]


def caught(outputs: Iterator[object]) -> Iterator[object]:
    """Yield a step's outputs; an error raised on purpose becomes a record of the faults output."""
    try:
        yield from outputs
    except HeadraceError as error:
        yield beam.pvalue.TaggedOutput(FAULTS, fault_of(error))


def fault_of(error: HeadraceError) -> Record:
    """Return an error as a record."""
    return {
        "type": type(error).__name__,
        "what": error.what,
        "where": error.where,
        "fix": error.fix,
    }


def raise_first(faults: Iterable[Record]) -> None:
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
