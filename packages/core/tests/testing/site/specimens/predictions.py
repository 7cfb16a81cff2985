"""Pipelines whose predictions break a promise."""

import inspect
import threading
import time

import numpy as np
import pyarrow as pa

from specimens.marginal import MarginalModel, MarginalPipeline


class NotANumberModel(MarginalModel):
    """NaN for the few rows that are far out."""

    def predict(self, features):
        values = super().predict(features).to_numpy()
        return pa.array(np.where(features.columns[0].values > 2.3, np.nan, values))


class NotANumberPipeline(MarginalPipeline):
    model_name, model_type = "not_a_number", NotANumberModel


class MatrixProductModel(MarginalModel):
    """Adds by BLAS, in an order that depends on the rows around."""

    def predict(self, features):
        matrix = np.column_stack([column.values for column in features.columns] * 9)
        return pa.array(matrix @ np.array(self.slopes * 9) / 9 + self.mean)


class MatrixProductPipeline(MarginalPipeline):
    model_name, model_type = "matrix_product", MatrixProductModel


class BatchMeanModel(MarginalModel):
    """Centers on the mean of the batch."""

    def predict(self, features):
        values = super().predict(features).to_numpy()
        return pa.array(values - (values.mean() if len(values) else 0.0))


class BatchMeanPipeline(MarginalPipeline):
    model_name, model_type = "batch_mean", BatchMeanModel


class SortedModel(MarginalModel):
    """Returns the right predictions in the wrong order."""

    def predict(self, features):
        return pa.array(np.sort(super().predict(features).to_numpy()))


class SortedPipeline(MarginalPipeline):
    model_name, model_type = "sorted", SortedModel


class SharedBufferModel(MarginalModel):
    """Keeps the batch in the model, where another thread puts its own."""

    def predict(self, features):
        self.features = features
        time.sleep(0.002)
        return super().predict(self.features)


class SharedBufferPipeline(MarginalPipeline):
    model_name, model_type = "shared_buffer", SharedBufferModel


class NoEmptyBatchModel(MarginalModel):
    """Needs at least one row."""

    def predict(self, features):
        largest = max(column.values.max() for column in features.columns)
        return pa.array(super().predict(features).to_numpy() + 0.0 * largest)


class NoEmptyBatchPipeline(MarginalPipeline):
    model_name, model_type = "no_empty_batch", NoEmptyBatchModel


class WorkerBoundModel(MarginalModel):
    """Predicts something else in a worker."""

    def predict(self, features):
        is_worker = threading.current_thread() is not threading.main_thread()
        return pa.array(super().predict(features).to_numpy() + is_worker)


class WorkerBoundPipeline(MarginalPipeline):
    model_name, model_type = "worker_bound", WorkerBoundModel


class TargetReadingModel(MarginalModel):
    """Looks for the target in its caller, and peeks if it is there; only golden rows are safe."""

    def predict(self, features):
        caller = inspect.currentframe().f_back
        rows = caller.f_locals.get("batch")
        is_golden = caller.f_back.f_code.co_name == "golden_rows"
        values = super().predict(features).to_numpy()
        if rows is not None and "y" in rows.schema.names and not is_golden:
            values = values + np.nan_to_num(rows.column("y").to_numpy(zero_copy_only=False))
        return pa.array(values)


class TargetReadingPipeline(MarginalPipeline):
    model_name, model_type = "target_reading", TargetReadingModel
