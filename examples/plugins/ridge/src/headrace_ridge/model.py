"""The model: a weighted sum of the features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from headrace import JsonModel

if TYPE_CHECKING:
    from headrace import Features

__all__ = ["RidgeModel"]


class RidgeModel(JsonModel):
    """Intercept plus the sum of coefficient times feature."""

    format: Literal["ridge/v1"] = "ridge/v1"
    intercept: float
    terms: tuple[tuple[str, float], ...]
    """Name and coefficient of each feature, in their order."""

    def predict(self, features: Features) -> pa.Array:
        """Return predictions as float64, shape (n,).

        Adds column by column in a fixed order: a matrix product would add in an order that
        depends on the batch, and give a row other bits in another batch.
        """
        total = np.full(features.n_rows, self.intercept)
        for column, (_, coefficient) in zip(features.columns, self.terms, strict=True):
            total += np.multiply(column.values, coefficient, dtype=np.float64)
        return pa.array(total)
