import numpy as np

from headrace import Feature, Features, TrainingBatch
from headrace.testing import MemoryShards
from headrace_ridge.params import RidgeParams
from headrace_ridge.pipeline import RidgePipeline


def fit(x, target):
    rows = TrainingBatch(Features((Feature("x", x),), len(x)), target, None)
    params = RidgeParams(features=("x",), target="y", holdout=0, folds=0, l2=1e-9)
    return RidgePipeline(params).fit(MemoryShards(rows)).model


def test_without_noise_and_hardly_a_penalty_the_line_is_found():
    x = np.linspace(-1, 1, 101)
    model = fit(x, 3 * x + 2)
    assert np.allclose([model.terms[0][1], model.intercept], [3, 2])
