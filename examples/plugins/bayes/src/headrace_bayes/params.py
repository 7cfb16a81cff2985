"""What a run can set; light, imported to describe."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from headrace import SupervisedParams

__all__ = ["BayesParams"]


class BayesParams(SupervisedParams):
    """Params of bayes.

    A string column without a transform becomes one_hot with a dropped reference level. A number
    that is missing makes a row bad, unless a transform such as impute handles it.
    """

    smoothing: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1e-9
    """Added to every variance, as a share of the greatest variance of a feature."""
