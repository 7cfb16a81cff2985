"""Run a pipeline with a graph of its own: give it what was checked, publish what it makes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

import pyarrow as pa

from headrace.beam.graphs.own import OwnJob, run_own
from headrace.beam.runners import make_runner
from headrace.contracts.manifest import Column, Manifest, Rows
from headrace.contracts.params import Params
from headrace.data.rows import RowRules
from headrace.data.shards import plan_files, plan_shards, read_shard
from headrace.errors import DataError, PluginError
from headrace.models.loading import load_files
from headrace.runtime.report import Quarantine, base_manifest, files_uri, part_files, store_files
from headrace.runtime.staging import staging_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from headrace.beam.graphs.own import Build, Passed
    from headrace.data.rows import Rules
    from headrace.data.shards import FileSource
    from headrace.runtime.check import Work
    from headrace.runtime.staging import Staging

__all__ = ["GraphRun", "run_graph"]

_log = logging.getLogger(__name__)

P = TypeVar("P", bound=Params)


class GraphRun(Generic[P]):
    """One run of a pipeline with a graph of its own: what it is asked for, and how to answer.

    Parameters
    ----------
    work : Work
        The request, checked.
    staging : Staging
        Folder for what the run needs while it runs.

    Attributes
    ----------
    mode : {"train", "score"}
    params : Params
        Of the type that the spec names.
    staging_uri : str
        Folder for what the run needs while it runs.
    """

    def __init__(self, work: Work, staging: Staging) -> None:
        assert work.target is not None  # noqa: S101 - of a training or scoring
        self.mode = cast("Literal['train', 'score']", work.request.mode)
        self.params = cast("P", work.params)
        self.staging_uri = staging.uri
        self._staging = staging
        self._work = work
        self._target = work.target
        self._quarantine = Quarantine(work)
        self._runner = make_runner(work.request.runner, work.request.runner_options)
        self._n_passes = 0

    @property
    def columns(self) -> pa.Schema:
        """Columns of the input, if it has Parquet or CSV files."""
        return plan_shards(self._uris).schema

    def table(self, param: str) -> pa.Table:
        """Read what a param of type `InputUri` names: a small table of Parquet or CSV files."""
        source = plan_shards(self.files(param))
        batches = [
            batch.replace_schema_metadata(None)
            for shard in source.shards
            for batch in read_shard(shard, source.schema)
        ]
        return pa.Table.from_batches(batches, source.schema)

    def files(self, param: str | None = None) -> tuple[str, ...]:
        """Return the addresses of the input's files, or of those that an `InputUri` names."""
        if param is None:
            return self._uris
        if param not in self._work.inputs:
            raise PluginError(
                f"Param '{param}' of pipeline '{self._name}' names no input",
                fix="give it the type InputUri, and ask for it only where it has a value",
            )
        return tuple(file.uri for file in self._work.inputs[param].files)

    def model_files(self) -> dict[str, bytes]:
        """Return the model's files, as `publish_model` got them.

        Raises
        ------
        ModelError
            A file is missing, or not the one that was published.
        """
        model = self._work.model
        if model is None:
            raise PluginError(f"Pipeline '{self._name}' has no model to {self.mode} with")
        return load_files(self._work.model_folder, model.files)

    def over_input(
        self,
        name: str,
        build: Build,
        *,
        source: FileSource | None = None,
        rules: Rules | None = None,
    ) -> Passed:
        """Run one Beam pipeline over the input.

        Bad rows go to quarantine in the run's first pass; too many of them end the run.

        Parameters
        ----------
        name : str
            Of the pass, unique in the run.
        build : callable
            Adds steps to a `Graph`, after reading and checking: ``build(graph, batches)``.
        source : FileSource, optional
            Reads the input's files; by default they are Parquet or CSV.
        rules : Rules, optional
            Decides which rows are good; by default all are.

        Raises
        ------
        HeadraceError
            What a step has raised, with the exit code it had in the worker.
        """
        self._n_passes += 1
        job = OwnJob(
            pipeline=self._name,
            build=build,
            source=plan_shards(self._uris) if source is None else plan_files(self._uris, source),
            rules=RowRules(features={}) if rules is None else rules,
            adds=self._work.plugins.pipeline(self._name).adds if self.mode == "score" else (),
            counted=self._quarantine.publish,
            output_uri=self._version_uri,
            staging_uri=self.staging_uri,
            rejects_uri=self._quarantine.folder_uri if self._n_passes == 1 else None,
        )
        return run_own(self._runner, job, name)

    def publish_dataset(self, passed: Passed) -> Manifest:
        """Publish what a pass has written, the last thing a scoring does.

        Raises
        ------
        DataError
            There are no rows.
        """
        written = sum(part.rows for part in passed.parts)
        if not written:
            raise DataError("The input has no rows to score", where=self._work.source.uri)
        schema = plan_shards([f"{self._version_uri}/{passed.parts[0].path}"]).schema
        _log.info("scored %s rows into %d parts", f"{written:,}", len(passed.parts))
        return self._publish(
            "dataset",
            passed,
            files=part_files(passed.parts),
            written=written,
            columns=_columns(schema),
        )

    def publish_model(
        self,
        files: Mapping[str, bytes],
        passed: Passed,
        *,
        columns: pa.Schema | None = None,
        metrics: Mapping[str, Mapping[str, float]] | None = None,
        warnings: Sequence[str] = (),
    ) -> Manifest:
        """Publish a model, the last thing a training does.

        Parameters
        ----------
        files : mapping of str to bytes
            By path: open formats, no pickle, a function of data and params alone.
        passed : Passed
            The pass that counted the rows.
        columns : pyarrow.Schema, optional
            Columns that scoring needs; predictions among them are locked to their model.
        metrics : mapping, optional
            By split (``holdout``), then by metric.
        warnings : sequence of str
        """
        counts = passed.counts
        return self._publish(
            "model",
            passed,
            files=store_files(self._work, dict(files)),
            trained=counts.read - counts.rejected - counts.unlabelled,
            columns=_columns(columns or ()),
            metrics=metrics or {},
            warnings=tuple(warnings),
        )

    def _publish(
        self,
        kind: Literal["dataset", "model"],
        passed: Passed,
        *,
        written: int = 0,
        trained: int = 0,
        **values: Any,  # noqa: ANN401 - the manifest validates them
    ) -> Manifest:
        if self._target.kind != kind:
            made = "model" if self.mode == "train" else "dataset"
            raise PluginError(f"Pipeline '{self._name}' publishes a {kind}; wanted a {made}")
        counts = passed.counts
        rows = Rows(
            read=counts.read,
            written=written,
            rejected=counts.rejected,
            unlabelled=counts.unlabelled,
            trained=trained,
        )
        reasons = dict(counts.reasons)
        manifest = base_manifest(
            self._work, kind, self._target.uri, rows=rows, rejected_reasons=reasons, **values
        )
        self._staging.is_publishing = True
        return self._target.publish(manifest)

    @property
    def _name(self) -> str:
        return self._work.request.pipeline

    @property
    def _uris(self) -> tuple[str, ...]:
        return tuple(file.uri for file in self._work.source.files)

    @property
    def _version_uri(self) -> str:
        return files_uri(self._work)


def _columns(schema: Iterable[pa.Field]) -> tuple[Column, ...]:
    return tuple(Column(name=field.name, type=str(field.type)) for field in schema)


def run_graph(work: Work) -> Manifest:
    """Carry out a request by the pipeline's own function.

    Raises
    ------
    HeadraceError
        Nothing is published then, but the rejected rows.
    PluginError
        The function has returned something else than what it published.
    """
    assert work.target is not None  # noqa: S101 - of a training or scoring
    name = work.request.pipeline
    function = cast("Callable[[GraphRun[Any]], object]", work.plugins.load_pipeline(name))
    with staging_for(work.target, work) as staging:
        manifest = function(GraphRun(work, staging))
    if not isinstance(manifest, Manifest):
        raise PluginError(
            f"Pipeline '{name}' returns a {type(manifest).__name__} from its run; wanted the "
            "Manifest that publish_model or publish_dataset returns",
            where=work.plugins.pipeline(name).load,
        )
    return manifest
