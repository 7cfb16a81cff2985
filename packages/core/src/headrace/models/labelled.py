"""Target, weight and fold of training rows, from a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from headrace.data.keys import fold_of, hashes_of
from headrace.data.labels import Labels
from headrace.data.numbers import numbers

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

    from headrace.contracts.params import SupervisedParams

__all__ = ["folds_of", "labels_of", "target_and_weight"]


def target_and_weight(
    batch: pa.RecordBatch, params: SupervisedParams
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64] | None]:
    """Return both of a batch of labelled rows, as float64 of shape (n,)."""
    target = numbers(batch.column(params.target)).astype(np.float64, copy=False)
    if params.weight is None:
        return target, None
    return target, numbers(batch.column(params.weight)).astype(np.float64, copy=False)


def folds_of(batch: pa.RecordBatch, params: SupervisedParams) -> np.ndarray[Any, Any]:
    """Return the fold of each row, all 0 without folds; shape (n,)."""
    if not params.folds:
        return np.zeros(batch.num_rows, np.uint64)
    return fold_of(hashes_of(batch, params.key, params.seed), params.folds)


def labels_of(batch: pa.RecordBatch, params: SupervisedParams) -> Labels:
    """Return what is known of a batch's rows beside their features."""
    target, weight = target_and_weight(batch, params)
    folds = folds_of(batch, params).astype(np.int64)
    return Labels(target, weight, folds, max(params.folds, 1))
