"""A good pipeline, as small as they come: each feature's own slope, added up."""

import json
import math

import numpy as np
import pyarrow as pa

from headrace.contracts.params import SupervisedParams
from headrace.models import FitResult, SupervisedPipeline


class MarginalModel:
    def __init__(self, slopes, mean):
        self.slopes, self.mean = slopes, mean

    def predict(self, features):
        predictions = np.full(features.n_rows, self.mean)
        for column, slope in zip(features.columns, self.slopes, strict=True):
            predictions += column.values * slope
        return pa.array(predictions)

    def state(self):
        return {"marginal.json": json.dumps([self.slopes, self.mean]).encode()}

    @classmethod
    def from_state(cls, state):
        return cls(*json.loads(state["marginal.json"]))


class MarginalPipeline(SupervisedPipeline[SupervisedParams, MarginalModel]):
    params_type, model_name, model_type = SupervisedParams, "marginal", MarginalModel

    def fit(self, shards):
        batches = list(shards)
        target = np.concatenate([batch.target for batch in batches])
        mean = math.fsum(target) / len(target)
        features = zip(*(batch.features.columns for batch in batches), strict=True)
        values = [np.concatenate([part.values for part in parts]) for parts in features]
        slopes = [math.fsum(x * (target - mean)) / (math.fsum(x * x) or 1.0) for x in values]
        return FitResult(self.model_type(slopes, mean))
