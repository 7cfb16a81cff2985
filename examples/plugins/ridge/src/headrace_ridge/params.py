"""What a run can set; light, imported to describe."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from headrace import SupervisedParams

__all__ = ["RidgeParams"]


class RidgeParams(SupervisedParams):
    """Params of ridge.

    A number without a transform is standardized, a string becomes one_hot with a dropped
    reference level. A number that is missing makes a row bad, unless a transform such as impute
    handles it.
    """

    folds: Annotated[int, Field(ge=0, le=100)] = 0
    """Number of fold models for out-of-fold scoring; each is fitted anew, so k folds cost k more
    fits. 0 fits none, 1 is refused."""

    l2: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    """Weight of the L2 penalty on the coefficients, positive; the more, the smaller they are."""
