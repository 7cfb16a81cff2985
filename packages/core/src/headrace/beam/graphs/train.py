"""Train: transforms are fitted pass by pass, then the model, then the holdout is measured.

Each pass is a Beam pipeline of its own that reads again: nothing is kept in memory between them,
and what a pass has learnt goes to the next in the constructors of its steps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import apache_beam as beam
import pyarrow as pa

from headrace.beam.compute import Compute
from headrace.beam.fit import FILES, Fit
from headrace.beam.graphs.evaluate import METRICS, measured
from headrace.beam.graphs.rows import good_rows, itself, run_over
from headrace.beam.records import REPORT
from headrace.beam.report import Save
from headrace.beam.select import SELECTED, Select
from headrace.models.preparation import Preparation
from headrace.models.sampled import FinishSample, SampledRows, golden_sample

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headrace.beam.graphs.rows import Rejected
    from headrace.beam.predict import BundleAddress
    from headrace.beam.report import Reports
    from headrace.beam.runners import Runner
    from headrace.beam.select import Part
    from headrace.data.rows import RowRules
    from headrace.data.shards import Source
    from headrace.models.pipeline import SupervisedPipeline
    from headrace.models.updatable import BaseSums

__all__ = ["Holdout", "TrainJob", "Trained", "measure_holdout", "train"]

_LEARNT: Final = "learnt"


@dataclass(frozen=True, slots=True)
class TrainJob:
    """A training, checked.

    Parameters
    ----------
    pipeline : SupervisedPipeline
    source : Source
    schema : pyarrow.Schema
        Columns to read.
    rules : RowRules
    preparation : Preparation
        Not fitted, but for an update.
    counted : callable
        Called once with what the first pass has rejected; raises DataError to go no further.
    staging_uri, rejects_uri : str
        Folders for what passes hand on, and for bad rows.
    base : BaseSums, optional
        Of the model that is updated.
    """

    pipeline: SupervisedPipeline[Any, Any]
    source: Source
    schema: pa.Schema
    rules: RowRules
    preparation: Preparation
    counted: Callable[[Rejected], None]
    staging_uri: str
    rejects_uri: str
    base: BaseSums | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """A fit: the fitted preparation, and the files of model and sample, which lie in staging."""

    preparation: Preparation
    paths: tuple[str, ...]
    rejected: Rejected
    rows_trained: int


@dataclass(frozen=True, slots=True)
class Holdout:
    """How the model does on the rows that no fit has seen."""

    rows: int
    metrics: dict[str, float]


def train(runner: Runner, job: TrainJob) -> Trained:
    """Fit transforms and model.

    Raises
    ------
    DataError
        The data do not allow it.
    """
    preparation = job.preparation
    rejected: Rejected | None = None
    passes = 0
    while not preparation.is_fitted:
        learn = _Learn(job, preparation, None if passes else job.rejects_uri)
        report, counted = run_over(runner, job, f"learn-{passes}", learn, is_first=not passes)
        rejected = rejected or counted
        preparation = _restored(preparation, report[_LEARNT][0])
        passes += 1
    preparation.check_names(job.schema)
    fit = _FitModel(job, preparation, None if passes else job.rejects_uri)
    report, counted = run_over(runner, job, "fit", fit, is_first=not passes)
    rejected = rejected or counted
    return Trained(preparation, tuple(report[FILES]), rejected, sum(report[SELECTED]))


def measure_holdout(runner: Runner, job: TrainJob, address: BundleAddress) -> Holdout:
    """Measure a fitted bundle on the holdout."""
    report, _ = run_over(runner, job, "holdout", _Measure(job, address), is_first=False)
    return Holdout(sum(report[SELECTED]), report[METRICS][0])


@dataclass(frozen=True, slots=True)
class _Learn:
    """Read ─ Validate ─ Select training rows ─ Compute what transforms learn."""

    job: TrainJob
    preparation: Preparation
    rejects_uri: str | None

    def __call__(self, root: beam.Pipeline) -> Reports:
        rows, reports = _selected(root, self.job, "training", self.rejects_uri)
        learnt, learn_reports = rows | "Learn" >> Compute(
            _LEARNT,
            self.preparation.statistic(self.job.pipeline.params),
            itself,
            _FinishLearning(self.preparation),
        )
        return (*reports, learnt, *learn_reports)


@dataclass(frozen=True, slots=True)
class _FitModel:
    """Read ─ Validate ─ Select training rows ─ Fit and sample ─ Save the files of both."""

    job: TrainJob
    preparation: Preparation
    rejects_uri: str | None

    def __call__(self, root: beam.Pipeline) -> Reports:
        job = self.job
        rows, reports = _selected(root, job, "training", self.rejects_uri, hashed=True)
        empty = pa.RecordBatch.from_pylist([], schema=job.schema)
        fit = Fit(job.pipeline, self.preparation, empty, job.staging_uri, job.base)
        files, fit_reports = rows | "Fit" >> fit
        sample, sample_reports = rows | "Sample" >> Compute(
            FILES, golden_sample(), SampledRows(job.pipeline.params), FinishSample()
        )
        saved = (files, sample) | "All" >> beam.Flatten() | "Save" >> Save(job.staging_uri)
        return (*reports, *fit_reports, *sample_reports, saved)


@dataclass(frozen=True, slots=True)
class _Measure:
    """Read ─ Validate ─ Select the holdout ─ Predict ─ Compute the metrics."""

    job: TrainJob
    address: BundleAddress

    def __call__(self, root: beam.Pipeline) -> Reports:
        job = self.job
        rows, reports = _selected(root, job, "holdout", None)
        params = job.pipeline.params
        metrics = measured(rows, self.address, job.pipeline.task, params.target, params.weight)
        return (*reports, *metrics)


@dataclass(frozen=True, slots=True)
class _FinishLearning:
    """A pass's state to the fitted transforms' states, as JSON."""

    preparation: Preparation

    def __call__(self, state: dict[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
        learnt = self.preparation.learn(self.preparation.statistic().finish(state))
        return {
            chain.feature: [dict(fitted.state()) for fitted in chain.fitted]
            for chain in learnt.chains
        }


def _restored(
    preparation: Preparation, states: Mapping[str, list[Mapping[str, Any]]]
) -> Preparation:
    chains = []
    for chain in preparation.chains:
        fitted = tuple(
            transform.restore(state)
            for transform, state in zip(chain.transforms, states[chain.feature], strict=False)
        )
        chains.append(replace(chain, fitted=fitted))
    return Preparation(tuple(chains))


def _selected(
    root: beam.Pipeline, job: TrainJob, part: Part, rejects_uri: str | None, *, hashed: bool = False
) -> tuple[beam.PCollection, Reports]:
    good = good_rows(root, job.source, job.schema, job.rules, rejects_uri)
    selected = good.batches | "Select" >> Select(part, job.pipeline.params, hashed=hashed)
    return selected.rows, (*good.reports, selected[REPORT])
