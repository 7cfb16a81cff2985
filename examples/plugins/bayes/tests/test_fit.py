import numpy as np
import pytest

from headrace import DataError, Feature, Features, TrainingBatch
from headrace_bayes.params import BayesParams
from headrace_bayes.pipeline import BayesPipeline


def rows(x, target):
    return TrainingBatch(Features((Feature("x", np.array(x)),), len(x)), np.array(target), None)


def fit(*batches):
    params = BayesParams(features=("x",), target="y", holdout=0, folds=0, smoothing=1e-12)
    statistic = BayesPipeline(params).statistic()
    states = [statistic.add(statistic.zero(), batch) for batch in batches]
    merged = statistic.zero()
    for state in states:
        merged = statistic.merge(merged, state)
    return statistic.finish(merged).model


def test_each_class_has_its_own_mean_and_variance():
    model = fit(rows([1.0, 3.0, 10.0], [0.0, 0.0, 1.0]), rows([14.0, 12.0], [1.0, 1.0]))
    (term,) = model.terms
    assert term.means == (2, 12)
    assert np.allclose(term.variances, (1, 8 / 3))
    assert np.isclose(model.log_odds, np.log(3 / 2))


def test_half_way_between_two_classes_of_one_shape_both_are_as_probable():
    model = fit(rows([0.0, 2.0, 10.0, 12.0], [0.0, 0.0, 1.0, 1.0]))
    middle = Features((Feature("x", np.array([6.0, 5.0, 7.0])),), 3)
    even, lower, upper = model.predict(middle).to_pylist()
    assert np.isclose(even, 0.5)
    assert np.isclose(lower, 1 / (1 + np.exp(10)))
    assert np.isclose(lower + upper, 1)


@pytest.mark.parametrize(
    ("x", "target", "what"),
    [
        ([1.0, 2.0], [1.0, 1.0], "The target is the same in all training rows"),
        ([1.0, 1.0], [0.0, 1.0], "All features are constant"),
    ],
)
def test_what_teaches_nothing_is_a_data_error(x, target, what):
    with pytest.raises(DataError, match=what):
        fit(rows(x, target))
