"""The summary of a model: what people want to read of it; light, so that it is shown anywhere."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["SUMMARY_FILE", "SUMMARY_FORMAT", "Cell", "Summary", "SummaryTable"]

SUMMARY_FILE: Final = "summary.json"
SUMMARY_FORMAT: Final = "headrace/summary/v1"

Cell = str | int | float | None
"""A text, a finite number, or nothing."""


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False
    )


class SummaryTable(_Part):
    """A small table with a title."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    """Each as long as the columns."""


class Summary(_Part):
    """What a model says of itself: facts by name, and tables.

    A model that has one gives it by a method ``summary()``. It is made once, in training, and kept
    in the bundle as ``summary.json``; whoever shows a model reads that file, and needs neither the
    model's plugin nor its library. So it must be a function of the model's state.
    """

    format: Literal["headrace/summary/v1"] = SUMMARY_FORMAT
    facts: dict[str, Cell] = {}
    tables: tuple[SummaryTable, ...] = ()
