"""Run a training: passes over the data, then prove the bundle and publish it."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, cast

from headrace.beam.graphs import TrainJob, measure_holdout, train
from headrace.beam.predict import BundleAddress
from headrace.beam.runners import make_runner
from headrace.contracts.manifest import SUMS_FOLDER, Column, Rows, files_digest
from headrace.contracts.params import SupervisedParams
from headrace.data.shards import plan_shards
from headrace.errors import DataError
from headrace.models.bundle import Bundle
from headrace.models.golden import GOLDEN_FILE, golden_file
from headrace.models.sampled import SAMPLE_FILE, sample_of
from headrace.models.training import FIT_FILE
from headrace.runtime.columns import columns_to_train
from headrace.runtime.proof import proof_of
from headrace.runtime.report import Quarantine, base_manifest, files_uri, store_files
from headrace.runtime.staging import staging_for
from headrace.runtime.update import account_of, golden_sample_of, update_of

if TYPE_CHECKING:
    import pyarrow as pa

    from headrace.beam.graphs import Holdout, Trained
    from headrace.beam.runners import Runner
    from headrace.contracts.manifest import FileEntry, Manifest
    from headrace.models.model import Model
    from headrace.models.pipeline import SupervisedPipeline
    from headrace.runtime.check import Work
    from headrace.runtime.update import Account

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
    update = update_of(work, pipeline)
    source = plan_shards([file.uri for file in work.source.files])
    schema, preparation, rules = columns_to_train(
        pipeline, source.schema, work.where, work.source.uri, work.plugins
    )
    if update is not None:
        update.check_types(schema, work.source.uri)
        preparation = update.preparation
    quarantine = Quarantine(work)
    runner = make_runner(work.request.runner, work.request.runner_options)
    with staging_for(target, work) as staging:
        job = TrainJob(
            pipeline=pipeline,
            source=source,
            schema=schema,
            rules=rules,
            preparation=preparation,
            counted=quarantine.publish,
            staging_uri=staging.uri,
            rejects_uri=quarantine.folder_uri,
            base=None if update is None else update.sums,
        )
        trained = _train(runner, job, work.source.uri)
        done = "fitted on" if update is None else update.deed
        _log.info("%s %s rows", done, f"{trained.rows_trained:,}")
        fitted = {path: staging.read(path, limit=_STATE_LIMIT) for path in trained.paths}
        bundle = _bundle(work, pipeline, trained, fitted)
        files = bundle.files()
        sample = sample_of(fitted[SAMPLE_FILE]) if SAMPLE_FILE in fitted else None
        files[GOLDEN_FILE] = golden_file(bundle, golden_sample_of(update, sample))
        files |= {path: data for path, data in fitted.items() if path.startswith(SUMS_FOLDER)}
        said = json.loads(fitted[FIT_FILE])
        sample_bytes = fitted.get(SAMPLE_FILE, b"")
        account = account_of(work, update, said, sample_bytes, trained.rows_trained)
        entries = store_files(work, files)
        folder_uri = files_uri(work)
        address = BundleAddress(folder_uri, files_digest(entries), entries, disabled)
        with proof_of(folder_uri, entries, disabled) as proof:  # beside the pass over the holdout
            is_measured = pipeline.params.holdout and not (update is not None and update.remove)
            holdout = measure_holdout(runner, job, address) if is_measured else None
            proof.check()
        manifest = _manifest(work, trained, entries, schema, holdout, account)
        staging.is_publishing = True
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


def _manifest(
    work: Work,
    trained: Trained,
    entries: tuple[FileEntry, ...],
    schema: pa.Schema,
    holdout: Holdout | None,
    account: Account,
) -> Manifest:
    assert work.target is not None  # noqa: S101 - of a training
    counts = trained.rejected.counts
    warnings = list(account.warnings)
    metrics = {"holdout": holdout.metrics} if holdout is not None and holdout.metrics else {}
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
            trained=account.rows,
            holdout=0 if holdout is None else holdout.rows,
        ),
        rejected_reasons=dict(counts.reasons),
        metrics=metrics | account.metrics,
        columns=tuple(Column(name=name, type=str(schema.field(name).type)) for name in features),
        warnings=tuple(warnings),
        fitted_on=account.fitted_on,
    )
