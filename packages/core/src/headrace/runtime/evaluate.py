"""Run an evaluation: measure a model on labelled rows."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from headrace.beam.graphs import EvaluateJob, evaluate
from headrace.beam.predict import BundleAddress
from headrace.beam.runners import make_runner
from headrace.contracts.manifest import Rows
from headrace.data.shards import plan_shards
from headrace.errors import DataError
from headrace.models.loading import load_bundle
from headrace.runtime.columns import ReadColumns, columns_with_bundle
from headrace.runtime.report import Quarantine, base_manifest
from headrace.runtime.staging import staging_for
from headrace.storage.versions import Versions

if TYPE_CHECKING:
    from headrace.contracts.manifest import Manifest
    from headrace.runtime.check import Work

__all__ = ["run_evaluate"]

_log = logging.getLogger(__name__)


def run_evaluate(work: Work, disabled: frozenset[str]) -> Manifest:
    """Measure a model on an input; publish the result where the request has an output.

    Raises
    ------
    HeadraceError
        Nothing is published then, but the rejected rows.
    """
    assert work.model is not None  # noqa: S101 - of an evaluation
    bundle = load_bundle(work.model_folder, work.model.files, work.plugins)
    source = plan_shards([file.uri for file in work.source.files])
    columns = ReadColumns(source.schema, work.source.uri)
    rules = columns_with_bundle(bundle, columns, work.where, labelled=True, keyed=False)
    target = work.target or Versions(f"{work.request.root}/datasets/evaluation", "dataset")
    quarantine = Quarantine(work)
    runner = make_runner(work.request.runner, work.request.runner_options)
    with staging_for(target, work) as staging:
        job = EvaluateJob(
            address=BundleAddress(work.model_folder, work.model.digest, work.model.files, disabled),
            task=bundle.task,
            target=bundle.params.target,
            weight=bundle.params.weight,
            source=source,
            schema=columns.schema(),
            rules=rules,
            counted=quarantine.publish,
            staging_uri=staging.uri,
            rejects_uri=quarantine.folder_uri,
        )
        evaluated = evaluate(runner, job)
    counts = evaluated.rejected.counts
    if not evaluated.metrics:
        raise DataError(
            "The input has no labelled rows to evaluate on",
            where=work.source.uri,
            fix=f"check column '{bundle.params.target}' for values",
        )
    _log.info("evaluated on %s rows", f"{counts.read - counts.rejected - counts.unlabelled:,}")
    manifest = base_manifest(
        work,
        "dataset",
        target.uri,
        rows=Rows(read=counts.read, rejected=counts.rejected, unlabelled=counts.unlabelled),
        rejected_reasons=dict(counts.reasons),
        metrics={"input": evaluated.metrics},
    )
    return manifest if work.target is None else work.target.publish(manifest)
