"""What every graph begins with: read, check, count, and put bad rows aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from headrace.beam.parts import Part, WriteParts, parquet_part
from headrace.beam.read import Read
from headrace.beam.records import FAULT, REPORT, raise_first
from headrace.beam.report import run_pass
from headrace.beam.validate import COUNTS, ENDED, REJECTS, Validate, rejects_schema
from headrace.data.rows import RowCounts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import apache_beam as beam
    import pyarrow as pa

    from headrace.beam.report import Report, Reports
    from headrace.beam.runners import Runner
    from headrace.data.rows import Rules
    from headrace.data.shards import Source

__all__ = ["GoodRows", "Job", "Rejected", "good_rows", "itself", "parts_of", "run_over"]


@dataclass(frozen=True, slots=True)
class Rejected:
    """Counts of a run's rows, and the files of its bad ones."""

    counts: RowCounts
    parts: tuple[Part, ...]
    columns: tuple[tuple[str, str], ...]


class Job(Protocol):
    """What passes over a source have in common; see `TrainJob`."""

    @property
    def source(self) -> Source:
        """What is read."""
        ...

    @property
    def schema(self) -> pa.Schema:
        """Columns to read."""
        ...

    @property
    def counted(self) -> Callable[[Rejected], None]:
        """Called once with what the first pass has rejected; raises to go no further."""
        ...

    @property
    def staging_uri(self) -> str:
        """Folder for reports."""
        ...


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
    rules: Rules,
    rejects_uri: str | None,
) -> GoodRows:
    """Read a source's columns and keep the good rows.

    Parameters
    ----------
    root : beam.Pipeline
    source : Source
    schema : pyarrow.Schema
        Columns to read.
    rules : Rules
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
    job: Job,
    name: str,
    build: Callable[[beam.Pipeline], Reports],
    *,
    is_first: bool,
) -> tuple[Report, Rejected]:
    """Run a pass over all of a source.

    Parameters
    ----------
    runner : Runner
    job : Job
    name : str
        Of the pass.
    build : callable
        Builds the graph.
    is_first : bool
        Whether it is the run's first pass, which writes bad rows and tells the job of them.

    Returns
    -------
    Report
        What its steps report.
    Rejected
        Its counts, and the bad rows it wrote.

    Raises
    ------
    HeadraceError
        The job's own about bad rows, for they explain what fails behind them; otherwise the first
        of the faults that workers reported.
    AssertionError
        The runner lost a shard or brought it twice: what was learnt is not of all rows.
    """
    report = run_pass(runner, job.staging_uri, name, build)
    rejected = _rejected(report, job.schema)
    loss = _loss(report, rejected if is_first else None, len(job.source.shards))
    if is_first and not loss:
        job.counted(rejected)
    raise_first(report[FAULT])
    if loss:
        raise AssertionError(loss)
    return report, rejected


def _rejected(report: Report, schema: pa.Schema) -> Rejected:
    counts = sum((RowCounts(**counted) for counted in report[COUNTS]), RowCounts())
    columns = tuple((field.name, str(field.type)) for field in rejects_schema(schema))
    return Rejected(counts, parts_of(report[REJECTS]), columns)


def _loss(report: Report, rejected: Rejected | None, n_shards: int) -> str:
    """Return what is missing in the report of a pass, or an empty text."""
    ended = sorted(report[ENDED])
    if ended != list(range(n_shards)):
        return f"{n_shards} shards were to be read, the runner brought {ended} to their ends"
    if rejected is not None:
        written = sum(part.rows for part in rejected.parts)
        if written != rejected.counts.rejected:
            return f"{rejected.counts.rejected} rows were rejected, {written} are in quarantine"
    return ""


def parts_of(records: Iterable[dict[str, Any]]) -> tuple[Part, ...]:
    """Return reported parts in the order of their paths."""
    return tuple(sorted((Part(**record) for record in records), key=lambda part: part.path))
