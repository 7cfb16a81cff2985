"""One finite prediction a row, in order, and the same bits whatever the batching."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat
import pytest

from headrace.models.pipeline import Task
from headrace.testing.bits import difference, values_of
from headrace.testing.setting import ContractSetting

if TYPE_CHECKING:
    from headrace.testing.trial import Trained, Trial

__all__ = ["BatchingChecks"]

_SINGLE_ROWS: Final = 250
_THREADS: Final = 4
_BATCHING: Final = (
    "; a row's prediction must not depend on its neighbours: no statistic over the batch, no BLAS "
    "product (X @ w adds in an order that depends on the batch; add column by column instead)"
)


class BatchingChecks(ContractSetting):
    """Checks of ``Model.predict``."""

    def test_every_row_has_one_finite_prediction(
        self, trained: Trained, rows: pa.RecordBatch
    ) -> None:
        """As many floats as rows, none of them null, NaN or infinite."""
        predictions = trained.bundle.predict(rows)
        assert isinstance(predictions, pa.Array), (
            f"predict returns a {type(predictions).__name__}; wanted a pyarrow.Array"
        )
        assert pat.is_floating(predictions.type), (
            f"predictions are {predictions.type}; wanted float or double"
        )
        assert len(predictions) == rows.num_rows, (
            f"predict returns {len(predictions)} predictions for {rows.num_rows} rows"
        )
        is_odd = ~np.isfinite(values_of(predictions))
        assert not is_odd.any(), (
            f"{int(is_odd.sum())} of {rows.num_rows} predictions are null, NaN or infinite; the "
            f"first is row {int(np.argmax(is_odd))} of the rows that are not rejected"
        )
        if trained.bundle.task is Task.BINARY:
            values = values_of(predictions)
            assert values.min() >= 0, f"a prediction is {values.min()}; wanted a probability"
            assert values.max() <= 1, f"a prediction is {values.max()}; wanted a probability"

    def test_predictions_are_in_the_order_of_the_rows(
        self, trained: Trained, rows: pa.RecordBatch
    ) -> None:
        """Turning the rows round turns the predictions round, and nothing else."""
        backwards = pa.array(np.arange(rows.num_rows)[::-1])
        got = trained.bundle.predict(rows.take(backwards))
        wanted = pc.take(trained.bundle.predict(rows), backwards)
        found = difference(got, wanted)
        assert not found, f"after the order of the rows is reversed, {found}{_BATCHING}"

    @pytest.mark.parametrize("size", [1, 7, 1000])
    def test_predictions_are_the_same_bits_in_batches_of(
        self, trained: Trained, rows: pa.RecordBatch, size: int
    ) -> None:
        """Cut into batches, slices of one with offsets, rows get what they get together."""
        if size == 1:
            rows = rows.slice(0, _SINGLE_ROWS)
        parts = [
            trained.bundle.predict(rows.slice(start, size))
            for start in range(0, rows.num_rows, size)
        ]
        found = difference(pa.concat_arrays(parts), trained.bundle.predict(rows))
        assert not found, f"in batches of {size}, {found}{_BATCHING}"

    def test_predictions_are_the_same_bits_in_threads(
        self, trained: Trained, rows: pa.RecordBatch
    ) -> None:
        """Workers share one loaded bundle between their threads."""
        slices = [rows.slice(start, 100) for start in range(0, rows.num_rows, 100)] * _THREADS
        with ThreadPoolExecutor(_THREADS) as pool:
            parts = list(pool.map(trained.bundle.predict, slices))
        wanted = pa.concat_arrays([trained.bundle.predict(rows)] * _THREADS)
        found = difference(pa.concat_arrays(parts), wanted)
        assert not found, (
            f"in {_THREADS} threads, {found}; predict must not keep anything in the model"
        )

    def test_a_batch_without_rows_has_no_predictions(
        self, trained: Trained, rows: pa.RecordBatch
    ) -> None:
        """Every shard ends with an empty batch, and a filter may leave none of a batch's rows."""
        try:
            predictions = trained.bundle.predict(rows.slice(0, 0))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            pytest.fail(f"predict fails on a batch without rows: {type(error).__name__}: {error}")
        found = difference(predictions, trained.bundle.predict(rows).slice(0, 0))
        assert not found, f"of a batch without rows, {found}"

    def test_scoring_keeps_the_rows_and_adds_the_prediction(
        self, trial: Trial, trained: Trained, rows: pa.RecordBatch
    ) -> None:
        """The published dataset holds every good row as it was, and what the bundle predicts."""
        scored = trial.score(trained.manifest, self.sample()).table
        *names, prediction = scored.column_names
        assert prediction == f"{self.pipeline}_prediction", f"the last column is '{prediction}'"
        assert scored.select(names).equals(pa.table(rows)), (
            "the columns beside the prediction are not those of the rows that were scored"
        )
        got = scored.column(prediction).combine_chunks()
        found = difference(got, trained.bundle.predict(rows))
        assert not found, f"scored by a run, {found}{_BATCHING}"
