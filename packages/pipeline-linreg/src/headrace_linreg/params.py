"""Params of linear regression; light."""

from __future__ import annotations

from headrace.contracts.params import SupervisedParams

__all__ = ["LinregParams"]


class LinregParams(SupervisedParams):
    """Params of linear regression.

    A string column without a transform becomes one_hot with a dropped reference level. A number
    that is missing makes a row bad, unless a transform such as impute handles it.
    """

    intercept: bool = True
    """Whether a constant is fitted beside the coefficients."""
