"""Fit a model without a run, to have it before it was ever saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headrace.data.keys import hash_keys, is_holdout
from headrace.data.numbers import is_missing
from headrace.models.fold_states import FoldStates
from headrace.models.folded_fit import FoldedFit
from headrace.models.training import FoldedRows, training_batch
from headrace.statistics.folded import Folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from headrace.contracts.params import SupervisedParams
    from headrace.data.features import TrainingBatch
    from headrace.models.model import FitResult
    from headrace.models.pipeline import SupervisedPipeline
    from headrace.models.preparation import Preparation
    from headrace.statistics.statistic import Statistic

__all__ = ["MemoryShards", "fit_in_memory", "fit_in_pieces"]


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
    chosen_rows = rows.filter(pa.array(chosen))
    statistic = pipeline.statistic()
    if statistic is None:
        return pipeline.fit(MemoryShards(training_batch(chosen_rows, preparation, params)))
    return fit_in_pieces(statistic, preparation, params, [chosen_rows])


def fit_in_pieces(
    statistic: Statistic[Any, TrainingBatch, FitResult[Any]],
    preparation: Preparation,
    params: SupervisedParams,
    pieces: Sequence[pa.RecordBatch],
    choose: Callable[[int], int] = lambda _: 0,
) -> FitResult[Any]:
    """Fit a statistic on pieces of the training rows, each on a worker of its own.

    Parameters
    ----------
    statistic : Statistic
    preparation : Preparation
        Fitted.
    params : SupervisedParams
    pieces : sequence of pyarrow.RecordBatch
        At least one.
    choose : callable
        Of n states returns the place of the one to merge next, from 0; so it decides the tree.
    """
    folded: Folded[Any, TrainingBatch] = Folded(statistic)
    states = []
    for piece in pieces:
        state = folded.zero()
        for item in FoldedRows(preparation, params)(piece):
            state = folded.add(state, item)
        states.append(state)
    while len(states) > 1:
        left = states.pop(choose(len(states)))
        states.append(folded.merge(left, states.pop(choose(len(states)))))
    found = FoldStates.of(statistic, states[0], params.folds)
    if isinstance(statistic, FoldedFit):
        statistic = statistic.settled(found.by_fold, found.rests)
    return statistic.finish(found.full)
