"""Evaluate: predict labelled rows and compute the metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from headrace.beam.compute import Compute
from headrace.beam.graphs.rows import good_rows, run_over
from headrace.beam.predict import Predict, Wanted
from headrace.beam.records import REPORT
from headrace.data.numbers import numbers
from headrace.metrics import BinaryMetrics, Predictions, RegressionMetrics
from headrace.models.pipeline import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import apache_beam as beam
    import pyarrow as pa

    from headrace.beam.graphs.rows import Rejected
    from headrace.beam.predict import BundleAddress
    from headrace.beam.report import Reports
    from headrace.beam.runners import Runner
    from headrace.data.rows import RowRules
    from headrace.data.shards import Source
    from headrace.statistics.statistic import Statistic

__all__ = ["METRICS", "EvaluateJob", "Evaluated", "evaluate", "measured"]

METRICS: Final = "metrics"
_PREDICTION: Final = "headrace.prediction"


@dataclass(frozen=True, slots=True)
class EvaluateJob:
    """An evaluation, checked; fields as in `TrainJob`."""

    address: BundleAddress
    task: Task
    target: str
    weight: str | None
    source: Source
    schema: pa.Schema
    rules: RowRules
    counted: Callable[[Rejected], None]
    staging_uri: str
    rejects_uri: str


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Metrics over all labelled rows."""

    metrics: dict[str, float]
    rejected: Rejected


def evaluate(runner: Runner, job: EvaluateJob) -> Evaluated:
    """Measure a bundle on labelled rows."""
    report, rejected = run_over(runner, job, "evaluate", _Evaluate(job), is_first=True)
    return Evaluated(report[METRICS][0], rejected)


@dataclass(frozen=True, slots=True)
class _Evaluate:
    """Read ─ Validate ─ Predict ─ Compute the metrics."""

    job: EvaluateJob

    def __call__(self, root: beam.Pipeline) -> Reports:
        job = self.job
        good = good_rows(root, job.source, job.schema, job.rules, job.rejects_uri)
        metrics = measured(good.batches, job.address, job.task, job.target, job.weight)
        return (*good.reports, *metrics)


def measured(
    rows: beam.PCollection, address: BundleAddress, task: Task, target: str, weight: str | None
) -> Reports:
    """Return reports with the metrics of a bundle on labelled rows."""
    keep = (target,) if weight is None else (target, weight)
    predicted = rows | "Predict" >> Predict(address, Wanted(_PREDICTION), keep)
    statistic: Statistic[Any, Predictions, dict[str, float]] = (
        BinaryMetrics() if task is Task.BINARY else RegressionMetrics()
    )
    metrics, reports = predicted.predicted | "Measure" >> Compute(
        METRICS, statistic, _PredictionsOf(target, weight)
    )
    return (predicted[REPORT], metrics, *reports)


@dataclass(frozen=True, slots=True)
class _PredictionsOf:
    target: str
    weight: str | None

    def __call__(self, batch: pa.RecordBatch) -> Iterator[Predictions]:
        if batch.num_rows:
            columns = [
                None if name is None else numbers(batch.column(name)).astype(np.float64, copy=False)
                for name in (self.target, _PREDICTION, self.weight)
            ]
            target, prediction, weight = columns
            assert target is not None and prediction is not None  # noqa: S101, PT018 - for types
            yield Predictions(target, prediction, weight)
