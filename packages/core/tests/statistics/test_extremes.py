import math
from struct import pack

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from headrace.statistics import Extremes

values = st.lists(st.one_of(st.none(), st.floats(), st.sampled_from([0.0, -0.0])), max_size=20)


def column_of(values):
    return pa.array(values, pa.float64(), from_pandas=False)


def learn(*columns):
    extremes = Extremes()
    state = extremes.zero()
    for column in columns:
        state = extremes.add(state, column)
    return extremes.finish(state)


def bytes_of(result):
    counts = (result.n, result.n_missing, result.n_infinite)
    return pack("3q2d", *counts, result.minimum, result.maximum)


def test_extremes_of_the_finite_values_and_counts_of_the_others():
    result = learn(column_of([2.0, None, math.nan, math.inf]), column_of([-math.inf, -3.5]))
    assert (result.n, result.n_missing, result.n_infinite) == (2, 2, 2)
    assert (result.minimum, result.maximum) == (-3.5, 2.0)


def test_both_zeros_are_one():
    for zeros in ([0.0, -0.0], [-0.0, 0.0], [-0.0]):
        result = learn(column_of(zeros))
        assert math.copysign(1, result.minimum) == math.copysign(1, result.maximum) == 1


def test_without_finite_values_there_are_none():
    result = learn(column_of([None, math.inf]))
    assert result.n == 0
    assert math.isnan(result.minimum)
    assert math.isnan(result.maximum)


def test_integers_booleans_and_float32_are_numbers():
    assert learn(pa.array([3, -7], pa.int16())).minimum == -7
    assert learn(pa.array([True, False])).maximum == 1
    assert learn(pa.array(np.float32([0.1]))).maximum == float(np.float32(0.1))


@given(st.data(), values)
def test_no_order_batching_or_merge_tree_plays_a_part(any_way, data, values):
    extremes = Extremes()
    state = any_way(data, extremes, values, column_of)
    assert bytes_of(extremes.finish(state)) == bytes_of(learn(column_of(values)))
