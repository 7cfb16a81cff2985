"""The pipeline: how the model is fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import Ridge

from headrace import DataError, FitResult, Kind, SupervisedPipeline, TransformStep
from headrace_ridge.model import RidgeModel
from headrace_ridge.params import RidgeParams

if TYPE_CHECKING:
    import numpy.typing as npt

    from headrace import Features, Shards

__all__ = ["RidgePipeline"]


class RidgePipeline(SupervisedPipeline[RidgeParams, RidgeModel]):
    """Ridge regression by scikit-learn."""

    params_type = RidgeParams
    model_name = "ridge"

    def default_transforms(self, kind: Kind) -> tuple[TransformStep, ...]:
        """Return standardize for numbers, so that the penalty means the same to all of them."""
        if kind is Kind.NUMBER:
            return (TransformStep(name="standardize"),)
        return super().default_transforms(kind)

    def fit(self, shards: Shards) -> FitResult[RidgeModel]:
        """Fit on all training rows, held in memory.

        Raises
        ------
        DataError
            All weights are 0.
        """
        batches = list(shards)
        matrix = np.concatenate([_matrix(rows.features) for rows in batches])
        target = np.concatenate([rows.target for rows in batches])
        weights = [rows.weight for rows in batches if rows.weight is not None]
        weight = np.concatenate(weights) if weights else np.ones(len(target))
        if not weight.any():
            raise DataError("All weights of the training rows are 0")
        estimator = Ridge(alpha=self.params.l2, solver="cholesky")
        estimator.fit(matrix, target, sample_weight=weight)
        terms = zip(batches[0].features.names, estimator.coef_.tolist(), strict=True)
        model = RidgeModel(intercept=float(estimator.intercept_), terms=tuple(terms))
        return FitResult(model)


def _matrix(features: Features) -> npt.NDArray[np.float64]:
    """Return the columns side by side, shape (n, p)."""
    return np.column_stack([column.values for column in features.columns]).astype(np.float64)
