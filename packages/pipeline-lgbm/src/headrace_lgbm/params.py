"""Params of LightGBM; light. The defaults are LightGBM's own, so that results compare."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from headrace.contracts.params import SupervisedParams

__all__ = ["LgbmParams"]

Penalty = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1)]


class LgbmParams(SupervisedParams):
    """Params of LightGBM.

    A string column without a transform becomes ordinal: its codes are LightGBM's own categories.
    Null, unknown and rare categories are one and the same, and go right at every split by
    categories. Missing numbers go the way that each split has learnt for them; where training had
    none, they count as 0.
    """

    objective: Literal["regression", "binary"] = "regression"
    """``regression`` (squared error), or ``binary`` (log loss; the prediction is the probability
    of 1)."""

    rounds: Annotated[int, Field(ge=1, le=100_000)] = 100
    """Number of trees."""

    num_leaves: Annotated[int, Field(ge=2, le=131_072)] = 31
    """Greatest number of leaves of a tree: trees grow leaf by leaf, wherever it gains most."""

    learning_rate: Share = 0.1
    """Factor on each tree's contribution; with less, raise rounds."""

    min_child_samples: Annotated[int, Field(ge=0, le=2**31 - 1)] = 20
    """Least number of rows in a leaf."""

    subsample: Share = 1.0
    """Fraction of the rows that each tree is grown on, drawn anew by the seed."""

    colsample: Share = 1.0
    """Fraction of the features that each tree is grown on, drawn anew by the seed."""

    l1: Penalty = 0.0
    """L1 penalty on the values of leaves."""

    l2: Penalty = 0.0
    """L2 penalty on the values of leaves."""

    max_bins: Annotated[int, Field(ge=2, le=65_536)] = 255
    """Greatest number of bins that a numeric feature is cut into."""

    folds: Annotated[int, Field(ge=0, le=100)] = 0
    """Number of fold models for out-of-fold scoring; each is fitted anew, so k folds cost k more
    fits. 0 fits none, 1 is refused."""
