import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.metrics import BinaryMetrics, Predictions

bins = st.integers(0, 65_536).map(lambda n: n / 65_536)
rows_of = st.lists(st.tuples(st.sampled_from([0.0, 1.0]), bins), min_size=1, max_size=20)


def state_of(rows, weight=None):
    target, prediction = np.array(rows, float).T
    weights = None if weight is None else np.array(weight, float)
    metrics = BinaryMetrics()
    return metrics.add(metrics.zero(), Predictions(target, prediction, weights))


def measure(rows, weight=None):
    return BinaryMetrics().finish(state_of(rows, weight))


def area_by_pairs(rows, weight):
    """The Mann-Whitney form: the share of pairs in order, ties half."""
    wins = total = 0.0
    for (t, p), w in zip(rows, weight, strict=True):
        for (other_t, other_p), v in zip(rows, weight, strict=True):
            if t == 1 and other_t == 0:
                total += w * v
                wins += w * v * ((p > other_p) + (p == other_p) / 2)
    return wins / total if total else None


@given(rows_of)
def test_the_area_is_that_of_pairs(rows):
    # Predictions on the edges of bins: 1 shares the last bin with what is just below it.
    rows = [(target, min(p, 65_535 / 65_536)) for target, p in rows]
    wanted = area_by_pairs(rows, [1.0] * len(rows))
    got = measure(rows).get("auc")
    assert (got is None) == (wanted is None)
    if wanted is not None:
        assert math.isclose(got, wanted, rel_tol=1e-12, abs_tol=1e-15)


def test_known_values():
    got = measure([(0, 0.1), (0, 0.4), (1, 0.35), (1, 0.8)])
    assert got["auc"] == 0.75
    assert got["accuracy"] == 0.75
    losses = [-math.log(0.9), -math.log(0.6), -math.log(0.35), -math.log(0.8)]
    assert math.isclose(got["log_loss"], sum(losses) / 4, rel_tol=1e-15)


def test_weights_count_rows():
    rows, weight = [(0, 0.2), (1, 0.7), (1, 0.1), (0, 0.4)], [1.5, 2.0, 0.25, 3.0]
    got = measure(rows, weight)
    assert math.isclose(got["auc"], area_by_pairs(rows, weight), rel_tol=1e-12)
    right = (1.5 + 2.0 + 3.0) / 6.75
    assert math.isclose(got["accuracy"], right, rel_tol=1e-15)


def test_certainty_that_is_wrong_costs_much_and_not_infinitely_much():
    assert math.isclose(measure([(1, 0.0)])["log_loss"], -math.log(1e-15), rel_tol=1e-12)
    assert measure([(1, 1.0)])["log_loss"] < 1e-14


def test_even_odds_are_a_prediction_of_1():
    assert measure([(1, 0.5)])["accuracy"] == 1.0
    assert measure([(0, 0.5)])["accuracy"] == 0.0


@pytest.mark.parametrize("target", [0, 1])
def test_one_class_has_no_area(target):
    assert "auc" not in measure([(target, 0.3), (target, 0.6)])


def test_without_rows_or_weight_there_are_no_metrics():
    assert BinaryMetrics().finish(BinaryMetrics().zero()) == {}
    assert measure([(1, 0.5)], [0.0]) == {}


@given(rows_of, rows_of)
def test_merging_is_adding_both_batches_in_either_order(one, other):
    metrics = BinaryMetrics()
    wanted = measure(one + other)
    left, right = state_of(one), state_of(other)
    assert metrics.finish(metrics.merge(left, right)) == wanted
    assert metrics.finish(metrics.merge(right, left)) == wanted
    assert metrics.finish(left) == measure(one)
