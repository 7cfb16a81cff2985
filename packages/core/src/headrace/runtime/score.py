"""Run a scoring: predict every row of an input and publish the dataset."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from headrace.beam.graphs import ScoreJob, score
from headrace.beam.predict import BundleAddress, Wanted, add_prediction
from headrace.beam.runners import make_runner
from headrace.contracts.manifest import Column, Rows
from headrace.data.shards import plan_shards
from headrace.errors import DataError, RequestError
from headrace.models.loading import load_bundle
from headrace.runtime.columns import ReadColumns, columns_with_bundle
from headrace.runtime.report import Quarantine, base_manifest, files_uri, part_files
from headrace.runtime.staging import staging_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headrace.contracts.manifest import Manifest
    from headrace.models.bundle import Bundle
    from headrace.runtime.check import Work

__all__ = ["run_score"]

_log = logging.getLogger(__name__)


def run_score(work: Work, disabled: frozenset[str]) -> Manifest:
    """Score an input with a model and publish the result as a version.

    Raises
    ------
    HeadraceError
        Nothing is published then, but the rejected rows.
    """
    assert work.target is not None and work.model is not None  # noqa: S101, PT018 - of a scoring
    request, target = work.request, work.target
    address = BundleAddress(work.model_folder, work.model.digest, work.model.files, disabled)
    bundle = load_bundle(work.model_folder, work.model.files, work.plugins)
    if request.out_of_fold and not bundle.fold_models:
        raise RequestError(
            "The model has no fold models, so it cannot score out of fold",
            where=work.model.address,
            fix="train it with folds of 2 and more, or leave --out-of-fold out",
        )
    source = plan_shards([file.uri for file in work.source.files])
    prediction = request.prediction or f"{request.pipeline}_prediction"
    wanted = Wanted(prediction, request.out_of_fold, request.interval)
    columns = ReadColumns(source.schema, work.source.uri)
    keep = _columns_to_keep(source.schema, request.keep, wanted.names, columns)
    rules = columns_with_bundle(
        bundle, columns, work.where, labelled=False, keyed=request.out_of_fold
    )
    schema = columns.schema(keep)
    output_columns = _output_columns(bundle, schema, keep, wanted, work.model.address)
    quarantine = Quarantine(work)
    runner = make_runner(request.runner, request.runner_options)
    with staging_for(target, work) as staging:
        job = ScoreJob(
            address=address,
            wanted=wanted,
            keep=keep,
            source=source,
            schema=schema,
            rules=rules,
            counted=quarantine.publish,
            output_uri=files_uri(work),
            staging_uri=staging.uri,
            rejects_uri=quarantine.folder_uri,
        )
        scored = score(runner, job)
    counts = scored.rejected.counts
    written = sum(part.rows for part in scored.parts)
    _log.info("scored %s rows into %d parts", f"{written:,}", len(scored.parts))
    if not written:
        raise DataError("The input has no rows to score", where=work.source.uri)
    return target.publish(
        base_manifest(
            work,
            "dataset",
            target.uri,
            files=part_files(scored.parts),
            rows=Rows(read=counts.read, written=written, rejected=counts.rejected),
            rejected_reasons=dict(counts.reasons),
            columns=output_columns,
        )
    )


def _columns_to_keep(
    schema: pa.Schema, wanted: Sequence[str] | None, added: Sequence[str], columns: ReadColumns
) -> tuple[str, ...]:
    keep = tuple(schema.names) if wanted is None else tuple(dict.fromkeys(wanted))
    for name in keep:
        if name not in added:
            columns.need(name, "in --keep")
        elif name in schema.names:
            columns.fault(
                f"The input already has a column '{name}'",
                "name the prediction otherwise by --prediction, or leave the column out by --keep",
            )
        else:
            columns.fault(
                f"--keep names '{name}', which is the prediction, not a column of the input",
                "leave it out of --keep: the prediction is always written",
            )
    return keep


def _output_columns(
    bundle: Bundle, schema: pa.Schema, keep: Sequence[str], wanted: Wanted, model: str
) -> tuple[Column, ...]:
    """Score no rows: a model that has no intervals says so here, before any work is done."""
    empty = pa.RecordBatch.from_pylist([], schema=schema)
    try:
        predicted = add_prediction(bundle, empty, replace(wanted, out_of_fold=False), keep)
    except RequestError as error:
        raise RequestError(error.what, error.where or model, error.fix) from error
    return tuple(Column(name=field.name, type=str(field.type)) for field in predicted.schema)
