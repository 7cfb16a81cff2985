from itertools import pairwise

import numpy as np
import pytest

from headrace.data.features import Feature, Features, TrainingBatch
from headrace_linreg.statistic import LeastSquares


def _batch(columns, target, weight=None):
    features = tuple(
        Feature(name, np.asarray(values, np.float64)) for name, values in columns.items()
    )
    weights = None if weight is None else np.asarray(weight, np.float64)
    return TrainingBatch(Features(features, len(target)), np.asarray(target, np.float64), weights)


def _fit(columns, target, weight=None, *, sizes=None, intercept=True, **options):
    statistic = LeastSquares(intercept=intercept, **options)
    rows = _batch(columns, target, weight)
    place = np.arange(len(target))
    cuts = np.cumsum([0, *(sizes or [len(target)])])
    states = [
        statistic.add(statistic.zero(), rows.rows((place >= start) & (place < end)))
        for start, end in pairwise(cuts)
    ]
    state = statistic.zero()
    for other in reversed(states):
        state = statistic.merge(state, other)
    return statistic.finish(state)


@pytest.fixture
def batch():
    """Return a function that makes a batch of training rows."""
    return _batch


@pytest.fixture(scope="session")
def fit():
    """Return a function that fits columns to a target, in batches of given sizes."""
    return _fit
