"""To scikit-learn's linear models and back; needs the extra ``headrace-linreg[sklearn]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.linear_model import LinearRegression, Ridge

from headrace.errors import RequestError
from headrace.models import Bundle
from headrace_linreg.model import LinearModel

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["from_sklearn", "to_sklearn"]


def to_sklearn(source: Bundle | LinearModel) -> LinearRegression | Ridge:
    """Return a fitted estimator with the same coefficients.

    Parameters
    ----------
    source : Bundle or LinearModel
        Of a bundle its model: the estimator takes what ``bundle.preparation.features(batch)``
        makes of a batch, one column a name in ``feature_names_in_``.

    Returns
    -------
    sklearn.linear_model.LinearRegression or sklearn.linear_model.Ridge
        Ridge, with ``alpha``, if there was a penalty. It has no ``rank_`` and ``singular_``, which
        tell of a decomposition that was never made. Its predictions may differ from ours in the
        last bits, for it adds in another order.

    Raises
    ------
    RequestError
        The bundle holds a model of another type.
    """
    model = source.model if isinstance(source, Bundle) else source
    if not isinstance(model, LinearModel):
        raise RequestError(
            f"A {type(model).__name__} is no linear model; wanted a bundle that linreg has trained"
        )
    ridge = model.inference.ridge if model.inference is not None else 0.0
    estimator = Ridge(alpha=ridge) if ridge else LinearRegression()
    estimator.coef_ = np.array(model.coefficients)
    estimator.intercept_ = model.intercept
    estimator.n_features_in_ = len(model.names)
    estimator.feature_names_in_ = np.array(model.names, object)
    return estimator


def from_sklearn(estimator: Any, names: Sequence[str] | None = None) -> LinearModel:  # noqa: ANN401 - scikit-learn is untyped
    """Return the model of a fitted linear estimator of one target.

    Parameters
    ----------
    estimator : sklearn.linear_model.LinearRegression or the like
        Whatever predicts by ``coef_`` and ``intercept_``.
    names : sequence of str, optional
        Of the features; by default those the estimator was fitted with, or x0, x1, x2….

    Returns
    -------
    LinearModel
        It says nothing of its precision, so it has no prediction intervals.

    Raises
    ------
    RequestError
        The estimator is not fitted, has several targets or numbers that are not finite, or there
        are other names than coefficients.
    """
    kind = type(estimator).__name__
    if not hasattr(estimator, "coef_") or is_classifier(estimator):
        raise RequestError(
            f"The {kind} is no fitted linear regression; wanted one with coef_ and intercept_",
            fix="fit it first",
        )
    coefficients = np.atleast_1d(np.squeeze(np.asarray(estimator.coef_, np.float64)))
    intercept = np.atleast_1d(np.asarray(estimator.intercept_, np.float64))
    if coefficients.ndim != 1 or len(intercept) != 1:
        raise RequestError(
            f"The {kind} predicts several targets: coef_ has the shape {np.shape(estimator.coef_)}",
            fix="fit one estimator a target",
        )
    if not (np.isfinite(coefficients).all() and np.isfinite(intercept).all()):
        raise RequestError(f"The {kind} has coefficients that are not finite")
    if names is None:
        unnamed = [f"x{index}" for index in range(len(coefficients))]
        names = list(getattr(estimator, "feature_names_in_", unnamed))
    if len(names) != len(coefficients) or len(set(names)) != len(names):
        raise RequestError(
            f"There are {len(coefficients)} coefficients, and {len(set(names))} different names"
        )
    return LinearModel(list(map(str, names)), coefficients.tolist(), float(intercept[0]))
