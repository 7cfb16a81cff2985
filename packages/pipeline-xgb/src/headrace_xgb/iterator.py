"""Shards as XGBoost's own iterator: one batch in memory, however many rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xgboost as xgb

from headrace.models.survey import Survey, narrowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from headrace.data.features import TrainingBatch
    from headrace.models import Shards

__all__ = ["ShardIterator"]


class ShardIterator(xgb.DataIter):
    """Hand XGBoost batch after batch, as often as it asks to begin again.

    Parameters
    ----------
    shards : Shards
        Batches of any size; those without rows are left out.
    """

    def __init__(self, shards: Shards) -> None:
        super().__init__()
        self._shards = shards
        self._batches: Iterator[TrainingBatch] = iter(())
        self._passes = 0
        self.survey = Survey()

    def reset(self) -> None:
        """Begin again."""
        self._batches = iter(self._shards)
        self._passes += 1

    def next(self, input_data: Callable[..., Any]) -> bool:
        """Hand over the next batch; return whether there was one.

        Raises
        ------
        DataError
            A target or weight is beyond float32, in which XGBoost computes.
        """
        batch = next((batch for batch in self._batches if batch.features.n_rows), None)
        if batch is None:
            return False
        matrix = batch.features.matrix()
        target = narrowed(batch.target, "target")
        weight = None if batch.weight is None else narrowed(batch.weight, "weight")
        if self._passes == 1:
            self.survey.add(batch.features, target, weight)
        types = ["q" if column.n_categories is None else "c" for column in batch.features.columns]
        input_data(data=matrix, label=target, weight=weight, feature_types=types)
        return True
