"""Params of XGBoost; light. The defaults are XGBoost's own, so that results compare."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from headrace.contracts.params import SupervisedParams

__all__ = ["XgbParams"]

Penalty = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1)]


class XgbParams(SupervisedParams):
    """Params of XGBoost.

    A string column without a transform becomes ordinal: its codes are XGBoost's own categories.
    Missing numbers, null categories and categories not seen in training go the way that each
    split has learnt for missing values.
    """

    objective: Literal["regression", "binary"] = "regression"
    """``regression`` (squared error), or ``binary`` (log loss; the prediction is the probability
    of 1)."""

    rounds: Annotated[int, Field(ge=1, le=100_000)] = 100
    """Number of trees."""

    max_depth: Annotated[int, Field(ge=1, le=32)] = 6
    """Greatest depth of a tree."""

    learning_rate: Share = 0.3
    """Factor on each tree's contribution; 0.3 is XGBoost's own default, and quick rather than
    careful: with less, raise rounds."""

    min_child_weight: Penalty = 1.0
    """Least sum of second derivatives in a leaf: rows in a regression, and fewer than rows in a
    binary classification."""

    subsample: Share = 1.0
    """Fraction of the rows that each tree is grown on, drawn anew by the seed."""

    colsample: Share = 1.0
    """Fraction of the features that each tree is grown on, drawn anew by the seed."""

    l1: Penalty = 0.0
    """L1 penalty on the values of leaves."""

    l2: Penalty = 1.0
    """L2 penalty on the values of leaves."""

    max_bins: Annotated[int, Field(ge=2, le=65_536)] = 256
    """Greatest number of bins that a numeric feature is cut into."""

    folds: Annotated[int, Field(ge=0, le=100)] = 0
    """Number of fold models for out-of-fold scoring; each is fitted anew, so k folds cost k more
    fits. 0 fits none, 1 is refused."""
