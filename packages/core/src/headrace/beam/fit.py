"""Fit: training rows to a model's files, either by a statistic or from shards in one step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import apache_beam as beam
import numpy as np
import pyarrow as pa

from headrace.beam.compute import Compute
from headrace.beam.parts import WriteParts, ipc_part
from headrace.beam.records import REPORT, caught
from headrace.contracts.params import UpdatableParams
from headrace.data.position import position_of, with_position
from headrace.errors import DataError
from headrace.models.prepared import PreparedShards, prepare_batch
from headrace.models.training import FinishFit, FoldedRows, fit_files, no_training_rows
from headrace.statistics.folded import Folded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.beam.parts import Part
    from headrace.beam.records import Record
    from headrace.models.model import Model
    from headrace.models.pipeline import SupervisedPipeline
    from headrace.models.preparation import Preparation
    from headrace.models.updatable import BaseSums

__all__ = ["FILES", "Fit"]


Fitted = tuple[beam.PCollection, tuple[beam.PCollection, ...]]

FILES: Final = "files"


class _Prepare(beam.DoFn):  # type: ignore[misc]  # Beam's DoFn is untyped
    def __init__(self, pipeline: SupervisedPipeline[Any, Any], preparation: Preparation) -> None:
        self._params = pipeline.params
        self._preparation = preparation

    def process(self, element: pa.RecordBatch) -> Iterator[object]:
        return caught(self._prepare(element))

    def _prepare(self, batch: pa.RecordBatch) -> Iterator[object]:
        prepared = prepare_batch(batch, self._preparation, self._params)
        folds = prepared.column("fold").to_numpy()
        yield with_position(prepared, position_of(batch))
        yield beam.pvalue.TaggedOutput(
            "rows", np.bincount(folds, minlength=max(self._params.folds, 1))
        )


class _FitShards(beam.DoFn):  # type: ignore[misc]  # Beam's DoFn is untyped
    def __init__(
        self,
        pipeline: SupervisedPipeline[Any, Any],
        preparation: Preparation,
        empty: pa.RecordBatch,
        folder_uri: str,
    ) -> None:
        self._pipeline = pipeline
        self._preparation = preparation
        self._empty = empty
        self._folder_uri = folder_uri

    def process(
        self, _: object, parts: list[Record], rows_by_fold: list[np.ndarray[Any, Any]]
    ) -> Iterator[object]:
        return caught(self._fit([part for _, part in parts], rows_by_fold))

    def _fit(self, parts: list[Part], rows_by_fold: list[np.ndarray[Any, Any]]) -> Iterator[object]:
        shards = PreparedShards(
            self._folder_uri,
            sorted(part.path for part in parts if part.rows),
            self._preparation.features(self._empty),
            [int(rows) for rows in np.sum(rows_by_fold, axis=0)] if rows_by_fold else [],
        )
        written = sum(part.rows for part in parts)
        if written != shards.n_rows:
            raise AssertionError(f"{shards.n_rows} rows were prepared, {written} written")
        if not shards.n_rows:
            raise no_training_rows()
        full = self._pipeline.fit(shards)
        folds: list[Model] = []
        fault: DataError | None = None
        try:
            for fold in range(self._pipeline.params.folds):
                rest = replace(shards, without=fold)
                if not rest.n_rows:
                    raise no_training_rows()
                folds.append(self._pipeline.fit(rest).model)
        except DataError as error:
            fault = error
        yield FILES, fit_files(full, folds, fault)


class Fit(beam.PTransform):  # type: ignore[misc]  # Beam's PTransform is untyped
    """Fit a pipeline's model and fold models; yields a record of the files, and reports.

    Parameters
    ----------
    pipeline : SupervisedPipeline
    preparation : Preparation
        Fitted.
    empty : pyarrow.RecordBatch
        Without rows, of the schema that is read.
    staging_uri : str
        Folder for prepared shards, if the pipeline fits from shards.
    base : BaseSums, optional
        Of the model that is updated.
    """

    def __init__(
        self,
        pipeline: SupervisedPipeline[Any, Any],
        preparation: Preparation,
        empty: pa.RecordBatch,
        staging_uri: str,
        base: BaseSums | None = None,
    ) -> None:
        super().__init__()
        self._pipeline = pipeline
        self._preparation = preparation
        self._empty = empty
        self._staging_uri = staging_uri
        self._base = base

    def expand(self, rows: beam.PCollection) -> Fitted:
        """Fit by the way the pipeline gives."""
        statistic = self._pipeline.statistic()
        if statistic is not None:
            params = self._pipeline.params
            keep_sums = isinstance(params, UpdatableParams) and params.keep_sums
            fitted: Fitted = rows | "FitStatistic" >> Compute(
                FILES,
                Folded(statistic),
                FoldedRows(self._preparation, params),
                FinishFit(statistic, params.folds, keep_sums, self._base),
            )
            return fitted
        prepared = rows | "Prepare" >> beam.ParDo(
            _Prepare(self._pipeline, self._preparation)
        ).with_output_types(pa.RecordBatch).with_outputs("rows", REPORT, main="prepared")
        parts = prepared.prepared | "WritePrepared" >> WriteParts(
            "prepared", self._staging_uri, "prepared-", "arrow", ipc_part, keep_empty=True
        )
        fitted_files = (
            rows.pipeline
            | "Once" >> beam.Create([None])
            | "FitShards"
            >> beam.ParDo(
                _FitShards(self._pipeline, self._preparation, self._empty, self._staging_uri),
                beam.pvalue.AsList(parts.parts),
                beam.pvalue.AsList(prepared.rows),
            ).with_outputs(REPORT, main="files")
        )
        reports = (prepared[REPORT], parts[REPORT], fitted_files[REPORT])
        return fitted_files.files, reports
