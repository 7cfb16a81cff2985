import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from headrace.errors import DataError

finite = st.floats(-1e300, 1e300)


def test_the_training_rows_range_becomes_0_to_1(make, learn, applied):
    fitted = learn(make("min_max"), pa.array([2.0, 4.0]), pa.array([None, 3], pa.int64()))
    assert applied(fitted, [2.0, 2.5, 4.0]) == {"x": [0.0, 0.25, 1.0]}


def test_values_beyond_the_range_go_beyond_it_unless_clipped(make, learn, applied):
    column = pa.array([0.0, 10.0])
    assert applied(learn(make("min_max"), column), [-5.0, 20.0]) == {"x": [-0.5, 2.0]}
    assert applied(learn(make("min_max", clip=True), column), [-5.0, 20.0]) == {"x": [0.0, 1.0]}


def test_any_range_may_be_asked_for(make, learn, applied):
    fitted = learn(make("min_max", low=-1, high=1), pa.array([0.0, 10.0]))
    assert applied(fitted, [0.0, 5.0, 10.0, 15.0]) == {"x": [-1.0, 0.0, 1.0, 2.0]}


def test_a_constant_column_becomes_low(make, learn, applied):
    fitted = learn(make("min_max", low=5, high=6), pa.array([3.0, 3.0]))
    assert applied(fitted, [3.0]) == {"x": [5.0]}


@given(st.tuples(finite, finite), st.tuples(finite, finite), st.lists(finite, max_size=5))
def test_the_ends_are_met_to_the_bit_and_clipping_keeps_within(
    make, learn, applied, ends, bounds, values
):
    assume(ends[0] != ends[1] and bounds[0] < bounds[1])
    low, high = bounds
    column = pa.array(ends)
    fitted = learn(make("min_max", low=low, high=high, clip=True), column)
    assert applied(fitted, sorted(ends)) == {"x": [low, high]}
    got = applied(fitted, pa.array(values, pa.float64()))["x"]
    assert all(low <= value <= high for value in got)


def test_a_column_that_does_not_allow_it_is_a_data_error(make, learn):
    with pytest.raises(DataError, match="no range"):
        learn(make("min_max"), pa.array([None], pa.float64()))
    with pytest.raises(DataError, match="beyond float64"):
        learn(make("min_max"), pa.array([-1.7e308, 1.7e308]))


def test_options_are_checked(refused):
    refused("min_max", "low is 1 and high 1; wanted low below high", low=1)
    refused("min_max", "beyond float64", low=-1.7e308, high=1.7e308)
