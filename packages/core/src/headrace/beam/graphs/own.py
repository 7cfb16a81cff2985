"""A graph that a pipeline writes itself: read and check as every graph does, then its own steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import apache_beam as beam
import numpy as np
import pyarrow as pa

from headrace.beam.compute import Compute
from headrace.beam.graphs.rows import good_rows, itself, parts_of, run_over
from headrace.beam.map import Map
from headrace.beam.parts import WriteParts, parquet_part
from headrace.beam.records import REPORT
from headrace.data.numbers import is_missing, numbers
from headrace.errors import DataError, PluginError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headrace.beam.graphs.rows import Rejected
    from headrace.beam.parts import Part
    from headrace.beam.report import Reports
    from headrace.beam.runners import Runner
    from headrace.data.rows import RowCounts, Rules
    from headrace.data.shards import Source
    from headrace.statistics.statistic import Statistic

__all__ = ["Batches", "Build", "Graph", "OwnJob", "Passed", "run_own"]

_WRITTEN: Final = "written"

Batches: TypeAlias = beam.PCollection
"""A collection of ``pyarrow.RecordBatch``, each at its place in the input."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What came of one pass over the input.

    Parameters
    ----------
    counts : RowCounts
        Of what was read.
    computed : mapping of str to JSON value
        Results of `Graph.compute`, by name.
    parts : tuple of Part
        Files that `Graph.write` wrote.
    """

    counts: RowCounts
    computed: Mapping[str, Any]
    parts: tuple[Part, ...]


class Graph:
    """The graph of one pass, to add steps to.

    Whatever a step reports is collected here, the errors of workers among it, so that they end
    the run with their own message and exit code.

    Attributes
    ----------
    root : apache_beam.Pipeline
        For collections that do not come from the input.
    """

    def __init__(self, root: beam.Pipeline, job: OwnJob) -> None:
        self.root = root
        self._job = job
        self._computed: list[str] = []
        self._reports: list[beam.PCollection] = []

    @property
    def reports(self) -> Reports:
        """What the steps so far report."""
        return tuple(self._reports)

    @property
    def computed(self) -> tuple[str, ...]:
        """Names of results."""
        return tuple(self._computed)

    def map(
        self, label: str, batches: Batches, function: Callable[[pa.RecordBatch], pa.RecordBatch]
    ) -> Batches:
        """Add a step that makes another batch of each.

        Parameters
        ----------
        label : str
            Of the step, unique in the graph.
        batches : Batches
        function : callable
            Batch to batch, of any rows and columns; picklable, so that workers elsewhere get it.
            A row's result must not depend on its neighbours. HeadraceErrors it raises end the run.
        """
        return self.step(label, batches, Map(function))

    def compute(
        self,
        name: str,
        batches: Batches,
        statistic: Statistic[Any, Any, Any],
        items: Callable[[Any], Iterable[object]] = itself,
    ) -> None:
        """Add a step that reduces batches by a statistic, spread over workers.

        Parameters
        ----------
        name : str
            Of the result in `Passed.computed`.
        batches : Batches
        statistic : Statistic
            Its result must be of JSON types.
        items : callable
            Batch to what the statistic adds; by default the batch.
        """
        result, reports = batches | f"Compute {name}" >> Compute(name, statistic, items)
        self._computed.append(name)
        self._reports += [result, *reports]

    def write(self, batches: Batches) -> None:
        """Add the step that writes the dataset: one Parquet part for each shard of the input.

        The columns that the pipeline says it adds must be there, without missing or infinite
        values.
        """
        sound = self.map("Check predictions", batches, _Sound(self._job.pipeline, self._job.adds))
        parts = sound | "Write" >> WriteParts(
            _WRITTEN, self._job.output_uri, "part-", "parquet", parquet_part, keep_empty=True
        )
        self._reports += [parts.parts, parts[REPORT]]

    def step(self, label: str, batches: beam.PCollection, step: beam.PTransform) -> Batches:
        """Add any Beam transform that has a report.

        Parameters
        ----------
        label : str
        batches : collection
        step : PTransform
            With outputs as ``beam.ParDo(dofn).with_outputs(REPORT, main=...)`` has them. The DoFn's
            ``process`` returns ``caught(generator)``, and gives each batch the position of the one
            it was made of (`with_position`, `position_of`).

        Returns
        -------
        collection
            The main output.
        """
        outputs = batches | label >> step
        self._reports.append(outputs[REPORT])
        main, *_ = outputs
        return main


Build = Callable[[Graph, Batches], None]
"""Adds the pipeline's own steps to a graph that has read and checked the input."""


@dataclass(frozen=True, slots=True)
class OwnJob:
    """A pass of a graph of one's own.

    Parameters
    ----------
    pipeline : str
    build : callable
        Adds the steps after reading and checking.
    source : Source
    rules : Rules
    adds : tuple of str
        Columns that what is written must have.
    counted : callable
        Called with what the first pass has rejected; raises to go no further.
    output_uri, staging_uri : str
        Folders for what is written, and for what passes hand on.
    rejects_uri : str, optional
        Folder for bad rows, in the run's first pass.
    """

    pipeline: str
    build: Build
    source: Source
    rules: Rules
    adds: tuple[str, ...]
    counted: Callable[[Rejected], None]
    output_uri: str
    staging_uri: str
    rejects_uri: str | None

    @property
    def schema(self) -> pa.Schema:
        """Columns as they are read."""
        return self.source.schema


def run_own(runner: Runner, job: OwnJob, name: str) -> Passed:
    """Run a pass.

    Raises
    ------
    HeadraceError
        Too many rows are bad, or a step has raised it.
    AssertionError
        The runner lost a shard or a part.
    """
    computed: list[str] = []

    def build(root: beam.Pipeline) -> Reports:
        good = good_rows(root, job.source, job.schema, job.rules, job.rejects_uri)
        graph = Graph(root, job)
        job.build(graph, good.batches)
        computed.extend(graph.computed)
        return (*good.reports, *graph.reports)

    is_first = job.rejects_uri is not None
    report, rejected = run_over(runner, job, name, build, is_first=is_first)
    parts = parts_of(report[_WRITTEN])
    if parts and len(parts) != len(job.source.shards):
        raise AssertionError(f"{len(job.source.shards)} shards read, {len(parts)} parts written")
    results = {name: report[name][0] for name in computed if report[name]}
    return Passed(rejected.counts, results, parts)


@dataclass(frozen=True, slots=True)
class _Sound:
    """Pass on batches whose predictions are all there."""

    pipeline: str
    adds: tuple[str, ...]

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        for name in self.adds:
            if name not in batch.schema.names:
                raise PluginError(
                    f"Pipeline '{self.pipeline}' says that scoring adds column '{name}', and what "
                    f"it writes has: {', '.join(batch.schema.names)}",
                    where="adds, in its GraphSpec",
                )
            column = batch.column(name)
            is_unsound = is_missing(column)
            if pa.types.is_floating(column.type):
                is_unsound = is_unsound | ~np.isfinite(numbers(column))
            if is_unsound.any():
                value = column[int(np.argmax(is_unsound))]
                raise DataError(f"The pipeline predicts {value} for a row, in column '{name}'")
        return batch
