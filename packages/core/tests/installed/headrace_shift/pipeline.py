"""The pipelines and their model."""

import json
import time

import numpy as np
import pyarrow as pa

from headrace import DataError, FitResult, ModelError, Statistic, SupervisedPipeline
from headrace.statistics import Moments
from headrace_shift.params import ShiftParams


class ShiftModel:
    """Sum of the features and a constant."""

    def __init__(self, constant):
        self.constant = constant

    def predict(self, features):
        return pa.array(_sum(features) + self.constant)

    def state(self):
        return {"shift.json": json.dumps({"constant": self.constant}).encode()}

    @classmethod
    def from_state(cls, state):
        try:
            return cls(float(json.loads(state["shift.json"])["constant"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"shift.json is damaged: {error}") from error


class Rest(Statistic):
    """The mean of what the features leave of the target, exact in any order."""

    def __init__(self, params):
        self._params = params
        self._moments = Moments()

    def zero(self):
        return self._moments.zero()

    def add(self, state, item):
        time.sleep(self._params.pause)
        return self._moments.add(state, pa.array(item.target - _sum(item.features)))

    def merge(self, left, right):
        return self._moments.merge(left, right)

    def finish(self, state):
        rest = self._moments.finish(state)
        if not rest.n:
            raise DataError("There are no training rows")
        warnings = ("fitted on a single row",) if rest.n == 1 else ()
        return FitResult(ShiftModel(rest.mean if self._params.average == "mean" else 0.0), warnings)


class ShiftPipeline(SupervisedPipeline):
    """Fitted by a statistic."""

    params_type = ShiftParams
    model_name = "shift"

    def statistic(self):
        return Rest(self.params)


class ShardsPipeline(SupervisedPipeline):
    """Fitted from shards."""

    params_type = ShiftParams
    model_name = "shift"

    def fit(self, shards):
        rest = Rest(self.params)
        state = rest.zero()
        for batch in shards:
            state = rest.add(state, batch)
        return rest.finish(state)


def _sum(features):
    total = np.zeros(features.n_rows)
    for column in features.columns:
        total += column.values
    return total
