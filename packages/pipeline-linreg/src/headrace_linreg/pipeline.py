"""The linear regression pipeline."""

from __future__ import annotations

from headrace.models import SupervisedPipeline
from headrace_linreg.model import LinearModel
from headrace_linreg.params import LinregParams
from headrace_linreg.statistic import LeastSquares

__all__ = ["LinregPipeline"]


class LinregPipeline(SupervisedPipeline[LinregParams, LinearModel]):
    """Linear regression, fitted in one distributed pass; its fold models cost nothing more."""

    params_type = LinregParams
    model_name = "linear"

    def statistic(self) -> LeastSquares:
        """Return the fit."""
        params = self.params
        return LeastSquares(
            intercept=params.intercept, ridge=params.ridge, collinear=params.collinear
        )
