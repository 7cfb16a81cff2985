"""The model: a normal distribution for each feature and class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from headrace import JsonModel, Params

if TYPE_CHECKING:
    from headrace import Features

__all__ = ["BayesModel", "Term"]


class Term(Params):
    """Means and variances of one feature, where the target is 0 and where it is 1."""

    name: str
    means: tuple[float, float]
    variances: tuple[float, float]


class BayesModel(JsonModel):
    """The probability of 1, as if the features were independent and normal within each class."""

    format: Literal["bayes/v1"] = "bayes/v1"
    log_odds: float
    """Of the training rows: the logarithm of ones over zeros."""
    terms: tuple[Term, ...]
    """Of the features, in their order."""

    def predict(self, features: Features) -> pa.Array:
        """Return probabilities as float64, shape (n,), feature by feature in a fixed order."""
        total = np.full(features.n_rows, self.log_odds)
        for column, term in zip(features.columns, self.terms, strict=True):
            values = column.values.astype(np.float64)
            (zero, one), (width_of_zero, width_of_one) = term.means, term.variances
            total += (values - zero) ** 2 / (2 * width_of_zero) + np.log(width_of_zero) / 2
            total -= (values - one) ** 2 / (2 * width_of_one) + np.log(width_of_one) / 2
        small = np.exp(-np.abs(total))  # at most 1, so that nothing overflows
        return pa.array(np.where(total >= 0, 1.0, small) / (1.0 + small))
