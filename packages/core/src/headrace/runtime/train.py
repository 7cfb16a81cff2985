"""Run a training: passes over the data, then prove the bundle and publish it."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from headrace.beam.graphs import TrainJob, measure_holdout, train
from headrace.beam.predict import BundleAddress
from headrace.beam.runners import make_runner
from headrace.contracts.manifest import Column, Rows, files_digest
from headrace.contracts.params import SupervisedParams
from headrace.data.shards import plan_shards, read_shard
from headrace.errors import DataError
from headrace.models.bundle import Bundle
from headrace.models.golden import GOLDEN_FILE, GOLDEN_ROWS, check_golden, golden_rows
from headrace.models.loading import load_bundle
from headrace.models.training import FIT_FILE
from headrace.runtime.columns import columns_to_train
from headrace.runtime.report import Quarantine, base_manifest, store_files
from headrace.runtime.staging import staging_for

if TYPE_CHECKING:
    from headrace.beam.graphs import Holdout, Trained
    from headrace.beam.runners import Runner
    from headrace.contracts.manifest import FileEntry, Manifest
    from headrace.data.shards import Source
    from headrace.models.model import Model
    from headrace.models.pipeline import SupervisedPipeline
    from headrace.runtime.check import Work
    from headrace.storage.versions import Versions

__all__ = ["run_train"]

_log = logging.getLogger(__name__)
_STATE_LIMIT = 8 * 2**30


def run_train(work: Work, disabled: frozenset[str]) -> Manifest:
    """Train a pipeline's model and publish it as a version.

    Raises
    ------
    HeadraceError
        Nothing is published then, but the rejected rows.
    """
    assert work.target is not None and work.params is not None  # noqa: S101, PT018 - of a training
    target = work.target
    pipeline_type = cast(
        "type[SupervisedPipeline[Any, Any]]", work.plugins.load_pipeline(work.request.pipeline)
    )
    pipeline = pipeline_type(work.params)
    source = plan_shards([file.uri for file in work.source.files])
    schema, preparation, rules = columns_to_train(
        pipeline, source.schema, work.where, work.source.uri, work.plugins
    )
    quarantine = Quarantine(work)
    runner = make_runner(work.request.runner, work.request.runner_options)
    with staging_for(target, work.version, work.request) as staging:
        job = TrainJob(
            pipeline=pipeline,
            source=source,
            schema=schema,
            rules=rules,
            preparation=preparation,
            counted=quarantine.publish,
            staging_uri=staging.uri,
            rejects_uri=quarantine.folder_uri,
        )
        trained = _train(runner, job, work.source.uri)
        _log.info("fitted on %s rows", f"{trained.rows_trained:,}")
        fitted = {path: staging.read(path, limit=_STATE_LIMIT) for path in trained.paths}
        bundle = _bundle(work, pipeline, trained, fitted)
        files = bundle.files()
        files[GOLDEN_FILE] = golden_rows(bundle, _first_rows(source, job))
        entries = store_files(target, work.version, files)
        address = _prove(target, work, entries, files[GOLDEN_FILE], disabled)
        holdout = measure_holdout(runner, job, address) if work.params.holdout else None
        fit_warnings = json.loads(fitted[FIT_FILE])["warnings"]
        manifest = _manifest(work, trained, entries, schema, holdout, fit_warnings)
        return target.publish(manifest)


def _train(runner: Runner, job: TrainJob, uri: str) -> Trained:
    """Train, and say of data that do not allow it where they lie."""
    try:
        return train(runner, job)
    except DataError as error:
        raise DataError(error.what, error.where or uri, error.fix) from error


def _bundle(
    work: Work,
    pipeline: SupervisedPipeline[Any, Any],
    trained: Trained,
    fitted: dict[str, bytes],
) -> Bundle:
    model_type = cast("type[Model]", work.plugins.load_model(pipeline.model_name))

    def model_in(folder: str) -> Model:
        prefix = folder + "/"
        return model_type.from_state(
            {
                path.removeprefix(prefix): data
                for path, data in fitted.items()
                if path.startswith(prefix)
            }
        )

    n_folds = int(json.loads(fitted[FIT_FILE])["n_folds"])
    shared = {name: getattr(pipeline.params, name) for name in SupervisedParams.model_fields}
    return Bundle(
        pipeline=work.request.pipeline,
        model_name=pipeline.model_name,
        task=pipeline.task,
        params=SupervisedParams.model_validate(shared),
        preparation=trained.preparation,
        model=model_in("model"),
        fold_models=tuple(model_in(f"folds/{fold}") for fold in range(n_folds)),
        handles_missing=pipeline.handles_missing,
    )


def _first_rows(source: Source, job: TrainJob) -> pa.RecordBatch:
    """Return the first good rows of the input."""
    batches: list[pa.RecordBatch] = []
    for shard in source.shards:
        for batch in read_shard(shard, job.schema):
            good = job.rules.check(batch).good
            wanted = GOLDEN_ROWS - sum(found.num_rows for found in batches)
            batches.append(good.slice(0, wanted).replace_schema_metadata(None))
            if wanted <= good.num_rows:
                return pa.concat_batches(batches)
    return pa.concat_batches(batches)


def _prove(
    target: Versions,
    work: Work,
    entries: tuple[FileEntry, ...],
    golden: bytes,
    disabled: frozenset[str],
) -> BundleAddress:
    """Load the bundle as a later run will, and predict the golden rows again."""
    folder = target.store.uri(target.version_path(work.version).rstrip("/"))
    check_golden(load_bundle(folder, entries, work.plugins), golden)
    return BundleAddress(folder, files_digest(entries), entries, disabled)


def _manifest(
    work: Work,
    trained: Trained,
    entries: tuple[FileEntry, ...],
    schema: pa.Schema,
    holdout: Holdout | None,
    fit_warnings: list[str],
) -> Manifest:
    assert work.target is not None  # noqa: S101 - of a training
    counts = trained.rejected.counts
    warnings = list(fit_warnings)
    if holdout is not None and not holdout.rows:
        warnings.append("the holdout has no rows, so there are no metrics")
    features = [chain.feature for chain in trained.preparation.chains]
    return base_manifest(
        work,
        "model",
        work.target.uri,
        files=entries,
        rows=Rows(
            read=counts.read,
            rejected=counts.rejected,
            unlabelled=counts.unlabelled,
            trained=trained.rows_trained,
            holdout=0 if holdout is None else holdout.rows,
        ),
        rejected_reasons=dict(counts.reasons),
        metrics={"holdout": holdout.metrics} if holdout is not None and holdout.metrics else {},
        columns=tuple(Column(name=name, type=str(schema.field(name).type)) for name in features),
        warnings=tuple(warnings),
    )
