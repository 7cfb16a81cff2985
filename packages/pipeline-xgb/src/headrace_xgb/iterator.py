"""Shards as XGBoost's own iterator: one batch in memory, however many rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xgboost as xgb

from headrace.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from headrace.data.features import Feature, Features, TrainingBatch
    from headrace.data.numbers import FloatArray
    from headrace.models import Shards

__all__ = ["ShardIterator", "Survey"]


class Survey:
    """What the first pass over the rows shows of them.

    Parameters
    ----------
    n_rows : int
    features : tuple of Feature
        Of no rows: names and numbers of categories.
    has_weight : bool
        Whether any row counts.
    """

    def __init__(self) -> None:
        self.n_rows = 0
        self.features: tuple[Feature, ...] = ()
        self.has_weight = False
        self._target = _OnlyValue()
        self._columns: list[_OnlyValue] = []

    def add(
        self,
        features: Features,
        target: npt.NDArray[np.float32],
        weight: npt.NDArray[np.float32] | None,
    ) -> None:
        """Add a batch of n rows.

        Parameters
        ----------
        features : Features
        target : ndarray of float32, shape (n,)
        weight : ndarray of float32, shape (n,), optional
        """
        if not self.features:
            self.features = features.rows(np.zeros(features.n_rows, bool)).columns
            self._columns = [_OnlyValue() for _ in self.features]
        self.n_rows += features.n_rows
        self.has_weight = self.has_weight or weight is None or bool(weight.any())
        self._target.add(target)
        for column, only in zip(features.columns, self._columns, strict=True):
            only.add(column.values)

    @property
    def constant_features(self) -> tuple[str, ...]:
        """Names of the features that have the same value in all rows, or none in any."""
        return tuple(
            feature.name
            for feature, only in zip(self.features, self._columns, strict=True)
            if only.is_constant
        )

    @property
    def constant_target(self) -> float | None:
        """The target of all rows, where they have the same."""
        return self._target.value if self._target.is_constant else None


class _OnlyValue:
    """Whether a column has one value; costs nothing once it has two."""

    def __init__(self) -> None:
        self.value: float | None = None
        self.is_constant = True

    def add(self, values: FloatArray) -> None:
        if not self.is_constant:
            return
        if self.value is None:
            self.value = float(values[0])
        is_same = np.isnan(values) if np.isnan(self.value) else values == self.value
        self.is_constant = bool(is_same.all())


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
        target = _float32(batch.target, "target")
        weight = None if batch.weight is None else _float32(batch.weight, "weight")
        if self._passes == 1:
            self.survey.add(batch.features, target, weight)
        types = ["q" if column.n_categories is None else "c" for column in batch.features.columns]
        input_data(data=matrix, label=target, weight=weight, feature_types=types)
        return True


def _float32(values: npt.NDArray[np.float64], role: str) -> npt.NDArray[np.float32]:
    with np.errstate(over="ignore"):
        narrow = values.astype(np.float32)
    if not np.isfinite(narrow).all():
        raise DataError(
            f"A {role} has magnitude {np.abs(values).max():.3g}; XGBoost computes in float32, up "
            f"to {np.finfo(np.float32).max:.3g}",
            fix=f"scale the {role}",
        )
    return narrow
