import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.metrics import Predictions, RegressionMetrics

floats = st.integers(-1000, 1000).map(lambda n: n / 8)
pairs = st.lists(st.tuples(floats, floats), min_size=1, max_size=20)


def measure(*batches, weights=None):
    metrics = RegressionMetrics()
    state = metrics.zero()
    for index, batch in enumerate(batches):
        target, prediction = np.array(batch, float).T
        weight = None if weights is None else np.array(weights[index], float)
        state = metrics.add(state, Predictions(target, prediction, weight))
    return metrics.finish(state)


@given(pairs)
def test_metrics_are_those_of_the_formulas(rows):
    target, prediction = np.array(rows).T
    error = target - prediction
    got = measure(rows)
    assert math.isclose(got["rmse"], math.sqrt(np.mean(error**2)), rel_tol=1e-12)
    assert math.isclose(got["mae"], np.mean(np.abs(error)), rel_tol=1e-12)
    if len(set(target)) > 1:
        r2 = 1 - np.sum(error**2) / np.sum((target - target.mean()) ** 2)
        assert math.isclose(got["r2"], r2, rel_tol=1e-9, abs_tol=1e-9)
    else:
        assert "r2" not in got


def test_known_values():
    got = measure([(3, 2.5), (-0.5, 0.0), (2, 2), (7, 8)])
    assert got["mae"] == 0.5
    assert got["rmse"] == math.sqrt(0.375)
    assert math.isclose(got["r2"], 0.9486081370449679, rel_tol=1e-15)


@given(pairs, pairs)
def test_batches_in_any_order_give_the_same_bits(one, other):
    metrics = RegressionMetrics()
    states = [metrics.add(metrics.zero(), Predictions(*np.array(rows).T)) for rows in (one, other)]
    wanted = measure(one + other)
    assert measure(other, one) == wanted
    assert metrics.finish(metrics.merge(*states)) == wanted


def test_a_whole_weight_is_as_many_rows():
    repeated = measure([(1, 2), (1, 2), (1, 2), (5, 4)])
    assert measure([(1, 2), (5, 4)], weights=[[3, 1]]) == pytest.approx(repeated, rel=1e-15)


def test_rows_of_weight_0_count_for_nothing():
    assert measure([(1, 2), (5, 99)], weights=[[1, 0]])["rmse"] == 1.0


def test_without_rows_or_weight_there_are_no_metrics():
    assert RegressionMetrics().finish(RegressionMetrics().zero()) == {}
    assert measure([(1, 2)], weights=[[0]]) == {}


def test_a_perfect_prediction_has_r2_1():
    assert measure([(1, 1), (2, 2)]) == {"rmse": 0.0, "mae": 0.0, "r2": 1.0}
