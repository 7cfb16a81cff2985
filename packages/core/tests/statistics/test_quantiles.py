import math
from struct import pack

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.errors import DataError
from headrace.statistics import Quantiles

finite = st.floats(allow_nan=False, allow_infinity=False)
anything = st.one_of(st.none(), st.floats(), st.sampled_from([0.0, -0.0, 1.0, 1.5]))
probabilities = st.one_of(st.sampled_from([0, 0.1, 0.25, 0.5, 0.9, 1]), st.floats(0, 1))


def column_of(values):
    return pa.array(values, pa.float64(), from_pandas=False)


def state_of(quantiles, *columns):
    state = quantiles.zero()
    for column in columns:
        state = quantiles.add(state, column)
    return state


def learn(*columns, limit=65_536):
    quantiles = Quantiles(limit)
    return quantiles.finish(state_of(quantiles, *columns))


def bytes_of(state):
    return b"".join(
        [
            state.keys.tobytes(),
            state.counts.tobytes(),
            pack("3q", state.bits, state.n_missing, state.n_infinite),
            pack("2d", state.minimum, state.maximum),
        ]
    )


@given(st.data(), st.lists(anything, max_size=30), st.sampled_from([1, 2, 5, 12, 65_536]))
def test_no_order_batching_or_merge_tree_plays_a_part(any_way, data, values, limit):
    quantiles = Quantiles(limit)
    wanted = state_of(quantiles, column_of(values))
    got = any_way(data, quantiles, values, column_of)
    assert bytes_of(got) == bytes_of(wanted)
    one, other = quantiles.finish(got), quantiles.finish(wanted)
    assert one.values.tobytes() == other.values.tobytes()
    assert pack("d", one.at(0.3)) == pack("d", other.at(0.3))


@given(st.lists(finite, min_size=1, max_size=30), probabilities)
def test_up_to_the_limit_they_are_those_of_numpy(values, probability):
    scale = max(1.0, *map(abs, values)) if len(values) > 1 else max(1.0, abs(values[0]))
    with np.errstate(over="ignore", invalid="ignore"):
        wanted = np.quantile(np.array(values) / scale, probability)
    result = learn(column_of(values))
    assert result.is_exact
    assert math.isclose(result.at(probability) / scale, wanted, rel_tol=1e-12, abs_tol=1e-15)


def test_a_quantile_is_rounded_once():
    result = learn(column_of([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]))
    assert [result.at(tenth / 10) for tenth in range(11)] == [tenth / 10 for tenth in range(11)]
    assert learn(column_of([-1.7e308, 1.7e308])).at(0.5) == 0.0


@settings(max_examples=20)
@given(
    st.lists(finite.filter(lambda x: x == 0 or abs(x) > 1e-300), min_size=1, max_size=60),
    st.integers(0, 59),
    st.sampled_from([1 << 12, 1 << 13]),
)
def test_a_shortened_value_is_off_by_no_more_than_is_said(values, rank, limit):
    rng = np.random.default_rng(0)
    crowd = rng.normal(size=30_000) * 10.0 ** rng.integers(-30, 30, 30_000)
    everything = np.sort(np.concatenate([values, crowd]))
    result = learn(column_of(everything), limit=limit)
    assert not result.is_exact
    assert len(result.values) <= limit
    for place in (rank, rank * 500, len(everything) - 1 - rank):
        true = everything[place]
        got = result.values[np.searchsorted(result.ends, place, side="right")]
        assert abs(got - true) <= result.relative_error * abs(true)


def test_as_many_bits_are_kept_as_fit():
    values = np.random.default_rng(1).normal(size=200_000)
    quantiles = Quantiles()
    state = state_of(quantiles, pa.array(values))
    assert 16 < state.bits < 64
    keys = state_of(Quantiles(limit=200_000), pa.array(values)).keys
    kept, more = (len(np.unique(keys >> np.uint64(64 - state.bits - add))) for add in (0, 1))
    assert len(state.keys) == kept <= 65_536 < more
    result = quantiles.finish(state)
    wanted = np.quantile(values, [0.01, 0.25, 0.9])
    got = [result.at(probability) for probability in (0.01, 0.25, 0.9)]
    assert np.allclose(got, wanted, rtol=result.relative_error)
    assert result.relative_error < 2**-9


def test_the_limit_itself_is_exact_and_one_more_is_not():
    values = [float(value) for value in range(8)]
    assert learn(column_of(values), limit=8).is_exact
    assert not learn(column_of([*values, 8.0]), limit=8).is_exact


def test_the_values_that_are_spread_widest_are_off_by_a_32nd_at_the_most():
    bits = np.random.default_rng(2).integers(0, 2**64, 1_000_000, np.uint64)
    values = bits.view(np.float64)
    values = values[np.isfinite(values)]
    result = learn(pa.array(values))
    assert result.bits == 16
    assert result.relative_error == 2**-5
    assert math.isclose(result.at(0.1), np.quantile(values, 0.1), rel_tol=2**-5)


def test_minimum_and_maximum_are_exact_whatever_was_shortened():
    values = column_of([1.0, 1.1, 1.3, 7.7, -2.3])
    result = learn(values, limit=2)
    assert (result.at(0), result.at(1)) == (-2.3, 7.7)


def test_null_nan_and_infinities_are_counted_and_no_values():
    result = learn(column_of([1.0, None, math.nan, math.inf, -math.inf, 3.0]))
    assert (result.n, result.n_missing, result.n_infinite) == (2, 2, 2)
    assert result.at(0.5) == 2.0


def test_without_values_there_is_no_quantile():
    assert math.isnan(learn(column_of([None])).at(0.5))


def test_both_zeros_are_one_value():
    result = learn(column_of([-0.0, 0.0]))
    assert result.values.tobytes() == np.zeros(1).tobytes()
    assert result.ends.tolist() == [2]


def test_integers_booleans_and_float32_are_numbers():
    assert learn(pa.array([5, 1, 3], pa.int8())).at(0.5) == 3
    assert learn(pa.array([True, True, False])).at(0.5) == 1
    assert learn(pa.array(np.float32([0.1]))).at(0.5) == float(np.float32(0.1))


def test_the_most_frequent_value_is_the_smallest_of_several():
    assert learn(column_of([3.0, -1.0, 3.0, 2.0, -1.0])).most_frequent() == -1.0


def test_the_most_frequent_value_needs_all_counts():
    with pytest.raises(DataError, match="too many different values"):
        learn(column_of([1.0, 1.0, 2.0, 3.0]), limit=2).most_frequent()


def test_merging_changes_neither_state():
    quantiles = Quantiles(limit=3)
    left = state_of(quantiles, column_of([1.0, 2.0]))
    right = state_of(quantiles, column_of([2.0, 9.0, 9.5, 0.1]))
    before = bytes_of(left), bytes_of(right)
    quantiles.add(quantiles.merge(left, right), column_of([2.0, 55.0]))
    assert (bytes_of(left), bytes_of(right)) == before
