"""Pipelines whose intervals or summaries break a promise."""

import threading

import numpy as np
import pyarrow as pa

from headrace.contracts.summary import Summary
from specimens.marginal import MarginalModel, MarginalPipeline


class SureModel(MarginalModel):
    """Has good intervals."""

    def predict_interval(self, features, level):
        values = self.predict(features).to_numpy()
        width = self.width(features, level)
        return pa.array(values - width), pa.array(values + width)

    def width(self, features, level):
        return level * (1 + features.columns[0].values ** 2)


class SurePipeline(MarginalPipeline):
    model_name, model_type = "sure", SureModel


class SilentlySureModel(SureModel):
    """Has intervals too, which its spec does not say."""


class SilentlySurePipeline(MarginalPipeline):
    model_name, model_type = "silently_sure", SilentlySureModel


class LessSureModel(SureModel):
    """Gets narrower where it should get wider."""

    def width(self, features, level):
        return super().width(features, 1 - level)


class LessSurePipeline(MarginalPipeline):
    model_name, model_type = "less_sure", LessSureModel


class SureOfBatchModel(SureModel):
    """As wide as the batch's values."""

    def width(self, features, level):
        values = features.columns[0].values
        return super().width(features, level) + (np.abs(values).max() if len(values) else 0)


class SureOfBatchPipeline(MarginalPipeline):
    model_name, model_type = "sure_of_batch", SureOfBatchModel


class SureOfWorkersModel(SureModel):
    """Wider in a worker."""

    def width(self, features, level):
        is_worker = threading.current_thread() is not threading.main_thread()
        return super().width(features, level) + is_worker


class SureOfWorkersPipeline(MarginalPipeline):
    model_name, model_type = "sure_of_workers", SureOfWorkersModel


class ForgetfulModel(MarginalModel):
    """Remembers of its fit what its state does not hold."""

    fitted = True

    def summary(self):
        return Summary(facts={"fitted": str(self.fitted)})

    @classmethod
    def from_state(cls, state):
        restored = super().from_state(state)
        restored.fitted = False
        return restored


class ForgetfulPipeline(MarginalPipeline):
    model_name, model_type = "forgetful", ForgetfulModel
