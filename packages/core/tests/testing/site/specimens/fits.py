"""Pipelines that learn from what they should not, or in an order of their own."""

import numpy as np

from headrace.errors import DataError
from headrace.models import FitResult
from specimens.marginal import MarginalPipeline


class LeakingPipeline(MarginalPipeline):
    """Keeps its first fit, that on all training rows, for every fold."""

    first = None

    def fit(self, shards):
        self.first = self.first or super().fit(shards)
        return self.first


class NoFoldsPipeline(MarginalPipeline):
    """Wants more rows than the folds leave."""

    def fit(self, shards):
        if shards.n_rows < 250:
            raise DataError(f"There are {shards.n_rows} training rows; wanted 250")
        return super().fit(shards)


class BatchwisePipeline(MarginalPipeline):
    """Takes the mean of the batches' means."""

    def fit(self, shards):
        mean = float(np.mean([batch.target.mean() for batch in shards]))
        return FitResult(self.model_type(super().fit(shards).model.slopes, mean))


class FirstRowPipeline(MarginalPipeline):
    """Takes the first row for the mean."""

    def fit(self, shards):
        mean = float(next(iter(shards)).target[0])
        return FitResult(self.model_type(super().fit(shards).model.slopes, mean))
