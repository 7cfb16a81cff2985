import pyarrow as pa
import pytest

from headrace.errors import DataError


def test_the_training_rows_get_median_0_and_interquartile_range_1(make, learn, applied):
    values = [1.0, 2.0, 3.0, 4.0, 1000.0]  # median 3, quartiles 2 and 4
    got = applied(learn(make("robust_scale"), pa.array(values)), values)
    assert got == {"x": [-1.0, -0.5, 0.0, 0.5, 498.5]}


def test_other_quantiles_may_be_asked_for(make, learn, applied):
    fitted = learn(make("robust_scale", quantiles=[0, 1]), pa.array([0.0, 1.0, 4.0]))
    assert applied(fitted, [5.0]) == {"x": [1.0]}


def test_a_column_of_equal_quantiles_is_only_shifted(make, learn, applied):
    fitted = learn(make("robust_scale"), pa.array([7, 7, 7, 7, 9]))
    assert applied(fitted, [7, 10]) == {"x": [0.0, 3.0]}


def test_two_quantiles_are_learnt_in_one_pass(make):
    assert make("robust_scale").statistic() is not None


def test_a_column_that_does_not_allow_it_is_a_data_error(make, learn):
    with pytest.raises(DataError, match="no median"):
        learn(make("robust_scale"), pa.array([None], pa.float64()))
    with pytest.raises(DataError, match=r"reach from -1.7e\+308 to 1.7e\+308.*beyond float64"):
        learn(make("robust_scale", quantiles=[0, 1]), pa.array([-1.7e308, 1.7e308]))


def test_options_are_checked(refused):
    refused("robust_scale", "not ascending", quantiles=[0.5, 0.5])
    refused("robust_scale", "less than or equal to 1", quantiles=[0.5, 1.5])
