"""Pipelines whose models do not survive being saved."""

import json
import pickle

import numpy as np
import pyarrow as pa

from headrace.models import FitResult
from specimens.marginal import MarginalModel, MarginalPipeline


class DigitsLostModel(MarginalModel):
    """Saves three digits."""

    def state(self):
        slopes = [round(slope, 3) for slope in self.slopes]
        return {"marginal.json": json.dumps([slopes, round(self.mean, 3)]).encode()}


class DigitsLostPipeline(MarginalPipeline):
    model_name, model_type = "digits_lost", DigitsLostModel


class RestlessModel(MarginalModel):
    """Saves how often it was loaded."""

    loads = 0

    def state(self):
        return super().state() | {"loads.txt": str(self.loads).encode()}

    @classmethod
    def from_state(cls, state):
        model = super().from_state(state)
        model.loads = int(state["loads.txt"]) + 1
        return model


class RestlessPipeline(MarginalPipeline):
    model_name, model_type = "restless", RestlessModel


class PickledModel(MarginalModel):
    """Saves a pickle."""

    def state(self):
        return {"state.bin": pickle.dumps((self.slopes, self.mean))}

    @classmethod
    def from_state(cls, state):
        return cls(*pickle.loads(state["state.bin"]))  # noqa: S301 - it is the broken one


class PickledPipeline(MarginalPipeline):
    model_name, model_type = "pickled", PickledModel


class StatelessModel(MarginalModel):
    """Has nothing to save."""

    def state(self):
        return {}

    @classmethod
    def from_state(cls, state):  # noqa: ARG003 - there is none
        return cls([], 0.0)

    def predict(self, features):
        return pa.array(np.zeros(features.n_rows))


class StatelessPipeline(MarginalPipeline):
    model_name, model_type = "stateless", StatelessModel


class OtherModel(MarginalModel):
    """A second type of model, which nobody registers."""


class TwoModelsPipeline(MarginalPipeline):
    """Fits a model of a type other than the registered one."""

    model_name, model_type = "two_models", OtherModel


class UnregisteredPipeline(MarginalPipeline):
    """Names a model that is registered nowhere."""

    model_name = "nowhere"


class RandomPipeline(MarginalPipeline):
    """Fits by a generator that nobody has seeded."""

    def fit(self, shards):
        model = super().fit(shards).model
        return FitResult(
            self.model_type(model.slopes, model.mean + np.random.default_rng().random())
        )


class HashOrderPipeline(MarginalPipeline):
    """Depends on Python's hashes of strings, which differ from process to process."""

    def fit(self, shards):
        model = super().fit(shards).model
        return FitResult(self.model_type(model.slopes, model.mean + hash("x") % 1000))
