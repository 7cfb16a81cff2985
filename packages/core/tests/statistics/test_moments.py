import math
import statistics

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from headrace.statistics import Moments

floats = st.floats(-1e9, 1e9).filter(lambda x: x == 0 or abs(x) > 1e-9)


def learn(*columns):
    moments = Moments()
    state = moments.zero()
    for column in columns:
        state = moments.add(state, column)
    return moments.finish(state)


@given(st.lists(floats, min_size=1, max_size=30))
def test_mean_and_deviation_are_those_of_exact_arithmetic(values):
    learnt = learn(pa.array(values))
    assert learnt.n == len(values)
    assert learnt.mean == statistics.mean(values)
    assert math.isclose(learnt.std, statistics.pstdev(values), rel_tol=1e-15)


def test_null_and_nan_are_left_out():
    learnt = learn(pa.array([1.0, None, float("nan"), 3.0]))
    assert (learnt.n, learnt.mean, learnt.std) == (2, 2.0, 1.0)


def test_a_great_offset_costs_no_digits():
    values = np.array([1e9, 1e9 + 1, 1e9 + 2])
    assert learn(pa.array(values)).std == math.sqrt(2 / 3)


def test_integers_and_booleans_are_numbers():
    assert learn(pa.array([1, 2, 6], pa.int8())).mean == 3.0
    assert learn(pa.array([True, False])).mean == 0.5


def test_without_values_there_is_no_mean():
    learnt = learn(pa.array([None, None], pa.float64()))
    assert learnt.n == 0
    assert math.isnan(learnt.mean)


def test_a_constant_column_has_no_deviation():
    assert learn(pa.array([0.1] * 1000)).std == 0.0
