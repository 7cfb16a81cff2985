"""From prepared batches to what a fit learns from, and from fitted models to files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from headrace.data.features import TrainingBatch
from headrace.data.keys import fold_of, hash_keys
from headrace.data.numbers import numbers
from headrace.errors import DataError
from headrace.statistics.folded import Folded, FoldedItem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from headrace.contracts.params import SupervisedParams
    from headrace.models.model import FitResult, Model
    from headrace.models.preparation import Preparation
    from headrace.statistics.statistic import Statistic

FIT_FILE: Final = "fit.json"

__all__ = ["FIT_FILE", "FinishFit", "FoldedRows", "fit_files", "folds_of", "training_batch"]


def training_batch(
    batch: pa.RecordBatch, preparation: Preparation, params: SupervisedParams
) -> TrainingBatch:
    """Return features, target and weight of a batch of labelled rows."""
    target = numbers(batch.column(params.target)).astype(np.float64, copy=False)
    weight = None
    if params.weight is not None:
        weight = numbers(batch.column(params.weight)).astype(np.float64, copy=False)
    return TrainingBatch(preparation.features(batch), target, weight)


def folds_of(batch: pa.RecordBatch, params: SupervisedParams) -> np.ndarray[Any, Any]:
    """Return the fold of each row, all 0 without folds; shape (n,)."""
    if not params.folds:
        return np.zeros(batch.num_rows, np.uint64)
    return fold_of(hash_keys(batch, params.key, params.seed), params.folds)


@dataclass(frozen=True)
class FoldedRows:
    """Batch to training rows by fold; a picklable callable."""

    preparation: Preparation
    params: SupervisedParams

    def __call__(self, batch: pa.RecordBatch) -> Iterator[FoldedItem[TrainingBatch]]:
        """Yield the rows of each fold in the batch."""
        if not batch.num_rows:
            return
        rows = training_batch(batch, self.preparation, self.params)
        folds = folds_of(batch, self.params)
        for fold in np.unique(folds):
            chosen = folds == fold
            yield FoldedItem(int(fold), rows if chosen.all() else rows.rows(chosen))


@dataclass(frozen=True)
class FinishFit:
    """States by fold to the fitted models' files; a picklable callable."""

    statistic: Statistic[Any, TrainingBatch, FitResult[Any]]
    n_folds: int

    def __call__(self, states: Mapping[int, Any]) -> dict[str, bytes]:
        """Fit the full model and a model for each fold's complement.

        Raises
        ------
        DataError
            There are no training rows, or they do not allow the full model.
        """
        if not states:
            raise no_training_rows()
        folded: Folded[Any, TrainingBatch] = Folded(self.statistic)
        full = self.statistic.finish(folded.all_but(dict(states)))
        folds: list[Model] = []
        fault: DataError | None = None
        try:
            for fold in range(self.n_folds):
                rest = folded.all_but(dict(states), fold)
                folds.append(self.statistic.finish(rest).model)
        except DataError as error:
            fault = error
        return fit_files(full, folds, fault)


def no_training_rows() -> DataError:
    """Return the error of a training without rows."""
    return DataError(
        "There are no training rows",
        fix="check the input for rows with a target that --where and the holdout leave",
    )


def fit_files(
    full: FitResult[Any], folds: list[Model], fault: DataError | None
) -> dict[str, bytes]:
    """Return the files of a fit: ``model/``, ``folds/<k>/`` and ``fit.json`` with the warnings.

    Parameters
    ----------
    full : FitResult
    folds : list of Model
    fault : DataError, optional
        Why a fold model could not be fitted; then there are none, and a warning.
    """
    warnings = list(full.warnings)
    if fault is not None:
        folds = []
        warnings.append(f"no fold models, for one cannot be fitted: {fault.what}")
    files = {f"model/{name}": data for name, data in full.model.state().items()}
    for index, model in enumerate(folds):
        files |= {f"folds/{index}/{name}": data for name, data in model.state().items()}
    files[FIT_FILE] = json.dumps({"warnings": warnings, "n_folds": len(folds)}).encode()
    return files
