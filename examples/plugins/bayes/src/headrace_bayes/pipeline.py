"""The pipeline: its params, its model and its fit."""

from __future__ import annotations

from headrace import SupervisedPipeline, Task
from headrace_bayes.model import BayesModel
from headrace_bayes.params import BayesParams
from headrace_bayes.statistic import BayesFit

__all__ = ["BayesPipeline"]


class BayesPipeline(SupervisedPipeline[BayesParams, BayesModel]):
    """Gaussian naive Bayes, fitted in one distributed pass."""

    params_type = BayesParams
    model_name = "bayes"

    @property
    def task(self) -> Task:
        """What is predicted."""
        return Task.BINARY

    def statistic(self) -> BayesFit:
        """Return the fit, which workers share."""
        return BayesFit(self.params.smoothing)
