"""What every graph begins with: read, check, count, and put bad rows aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headrace.beam.parts import Part, WriteParts, parquet_part
from headrace.beam.read import Read
from headrace.beam.records import REPORT
from headrace.beam.report import run_pass
from headrace.beam.validate import COUNTS, ENDED, REJECTS, Validate, rejects_schema
from headrace.data.rows import RowCounts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import apache_beam as beam
    import pyarrow as pa

    from headrace.beam.report import Report, Reports
    from headrace.beam.runners import Runner
    from headrace.data.rows import RowRules
    from headrace.data.shards import Source

__all__ = ["GoodRows", "Rejected", "good_rows", "itself", "parts_of", "rejected_of", "run_over"]


@dataclass(frozen=True, slots=True)
class Rejected:
    """Counts of a run's rows, and the files of its bad ones."""

    counts: RowCounts
    parts: tuple[Part, ...]
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GoodRows:
    """Batches to go on with, and the reports of the steps so far."""

    batches: beam.PCollection
    reports: Reports


def itself(element: object) -> Iterable[object]:
    """Return an element as the one item to add."""
    return (element,)


def good_rows(
    root: beam.Pipeline,
    source: Source,
    schema: pa.Schema,
    rules: RowRules,
    rejects_uri: str | None,
) -> GoodRows:
    """Read a source's columns and keep the good rows.

    Parameters
    ----------
    root : beam.Pipeline
    source : Source
    schema : pyarrow.Schema
        Columns to read.
    rules : RowRules
    rejects_uri : str, optional
        Folder for bad rows; None in later passes, which leave the same rows out again.
    """
    read = root | "Read" >> Read(source, schema)
    checked = read.batches | "Validate" >> Validate(rules, source)
    reports = (read[REPORT], checked[REPORT])
    if rejects_uri is None:
        return GoodRows(checked.good, reports)
    parts = checked[REJECTS] | "WriteRejects" >> WriteParts(
        REJECTS, rejects_uri, "part-", "parquet", parquet_part, keep_empty=False
    )
    return GoodRows(checked.good, (*reports, parts.parts, parts[REPORT]))


def run_over(
    runner: Runner,
    source: Source,
    staging_uri: str,
    name: str,
    build: Callable[[beam.Pipeline], Reports],
) -> Report:
    """Run a pass over all of a source and return what it reports.

    Raises
    ------
    HeadraceError
        The first of the faults that workers reported.
    AssertionError
        The runner lost a shard or brought it twice: what was learnt is not of all rows.
    """
    report = run_pass(runner, staging_uri, name, build)
    if sorted(report[ENDED]) != list(range(len(source.shards))):
        raise AssertionError(
            f"{len(source.shards)} shards were to be read, the runner brought "
            f"{sorted(report[ENDED])} to their ends"
        )
    return report


def rejected_of(report: Report, schema: pa.Schema) -> Rejected:
    """Return what a pass that counted has reported.

    Raises
    ------
    AssertionError
        The bad rows that were counted and those that were written differ.
    """
    counts = sum((RowCounts(**counted) for counted in report[COUNTS]), RowCounts())
    parts = parts_of(report[REJECTS])
    written = sum(part.rows for part in parts)
    if written != counts.rejected:
        raise AssertionError(f"{counts.rejected} rows were rejected, {written} are in quarantine")
    columns = tuple((field.name, str(field.type)) for field in rejects_schema(schema))
    return Rejected(counts, parts, columns)


def parts_of(records: Iterable[dict[str, Any]]) -> tuple[Part, ...]:
    """Return reported parts in the order of their paths."""
    return tuple(sorted((Part(**record) for record in records), key=lambda part: part.path))
