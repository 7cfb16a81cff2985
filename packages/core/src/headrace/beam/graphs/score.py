"""Score: predict every row and write one part a shard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from headrace.beam.graphs.rows import good_rows, parts_of, run_over
from headrace.beam.parts import WriteParts, parquet_part
from headrace.beam.predict import Predict
from headrace.beam.records import REPORT

if TYPE_CHECKING:
    from collections.abc import Callable

    import apache_beam as beam
    import pyarrow as pa

    from headrace.beam.graphs.rows import Rejected
    from headrace.beam.parts import Part
    from headrace.beam.predict import BundleAddress, Wanted
    from headrace.beam.report import Reports
    from headrace.beam.runners import Runner
    from headrace.data.rows import RowRules
    from headrace.data.shards import Source

__all__ = ["ScoreJob", "Scored", "score"]

_PARTS: Final = "parts"


@dataclass(frozen=True, slots=True)
class ScoreJob:
    """A scoring, checked.

    Parameters
    ----------
    address : BundleAddress
    wanted : Wanted
        Columns to add.
    keep : tuple of str
        Columns to pass through.
    output_uri : str
        Folder for the parts; other fields as in `TrainJob`.
    """

    address: BundleAddress
    wanted: Wanted
    keep: tuple[str, ...]
    source: Source
    schema: pa.Schema
    rules: RowRules
    counted: Callable[[Rejected], None]
    output_uri: str
    staging_uri: str
    rejects_uri: str


@dataclass(frozen=True, slots=True)
class Scored:
    """The parts that were written, in order, and what was not."""

    parts: tuple[Part, ...]
    rejected: Rejected


def score(runner: Runner, job: ScoreJob) -> Scored:
    """Predict and write.

    Raises
    ------
    AssertionError
        The runner lost rows or parts: the counts of what was read and written differ.
    """
    report, rejected = run_over(runner, job, "score", _Score(job), is_first=True)
    parts = parts_of(report[_PARTS])
    written = sum(part.rows for part in parts)
    expected = rejected.counts.read - rejected.counts.rejected
    if len(parts) != len(job.source.shards) or written != expected:
        raise AssertionError(
            f"{len(job.source.shards)} shards with {expected} good rows were read, "
            f"{len(parts)} parts with {written} rows written"
        )
    return Scored(parts, rejected)


@dataclass(frozen=True, slots=True)
class _Score:
    """Read ─ Validate ─ Predict ─ Write one part a shard."""

    job: ScoreJob

    def __call__(self, root: beam.Pipeline) -> Reports:
        job = self.job
        good = good_rows(root, job.source, job.schema, job.rules, job.rejects_uri)
        predicted = good.batches | "Predict" >> Predict(job.address, job.wanted, job.keep)
        written = predicted.predicted | "Write" >> WriteParts(
            _PARTS, job.output_uri, "part-", "parquet", parquet_part, keep_empty=True
        )
        return (*good.reports, predicted[REPORT], written.parts, written[REPORT])
