"""Evaluation metrics, as statistics."""

from headrace.metrics.classification import BinaryMetrics
from headrace.metrics.predictions import Predictions
from headrace.metrics.regression import RegressionMetrics

__all__ = ["BinaryMetrics", "Predictions", "RegressionMetrics"]
