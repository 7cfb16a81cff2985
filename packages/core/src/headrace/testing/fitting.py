"""Fit a model without a run, to have it before it was ever saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headrace.data.keys import hash_keys, is_holdout
from headrace.data.numbers import is_missing
from headrace.models.training import training_batch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.data.features import TrainingBatch
    from headrace.models.model import FitResult
    from headrace.models.pipeline import SupervisedPipeline
    from headrace.models.preparation import Preparation

__all__ = ["MemoryShards", "fit_in_memory"]


@dataclass(frozen=True, slots=True)
class MemoryShards:
    """Prepared training rows in memory, as one batch."""

    batch: TrainingBatch

    @property
    def n_rows(self) -> int:
        """Rows of one pass."""
        return len(self.batch.target)

    def __iter__(self) -> Iterator[TrainingBatch]:
        """Yield the one batch."""
        yield self.batch


def fit_in_memory(
    pipeline: SupervisedPipeline[Any, Any], preparation: Preparation, rows: pa.RecordBatch
) -> FitResult[Any]:
    """Fit a pipeline's model on the training rows of a batch of good rows.

    Parameters
    ----------
    pipeline : SupervisedPipeline
    preparation : Preparation
        Fitted.
    rows : pyarrow.RecordBatch
        With target and key; those without a target and those of the holdout are left out.
    """
    params = pipeline.params
    chosen = ~is_missing(rows.column(params.target))
    if params.holdout:
        hashes = hash_keys(rows, params.key, params.seed)
        chosen &= ~is_holdout(hashes, params.holdout)
    batch = training_batch(rows.filter(pa.array(chosen)), preparation, params)
    statistic = pipeline.statistic()
    if statistic is not None:
        return statistic.finish(statistic.add(statistic.zero(), batch))
    return pipeline.fit(MemoryShards(batch))
