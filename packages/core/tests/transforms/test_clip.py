import pyarrow as pa
import pytest

from headrace.errors import DataError


def test_values_beyond_the_bounds_become_the_bounds(make, learn, applied):
    assert applied(learn(make("clip", low=0, high=2)), [-1, 1, 3]) == {"x": [0.0, 1.0, 2.0]}
    assert applied(learn(make("clip", low=0)), [-1.0, 1e300]) == {"x": [0.0, 1e300]}
    assert applied(learn(make("clip", high=0)), [-1.0, 1e300]) == {"x": [-1.0, 0.0]}


def test_the_bounds_may_be_quantiles_of_the_training_rows(make, learn, applied):
    fitted = learn(make("clip", quantiles=[0.1, 0.9]), pa.array(range(11)))
    assert applied(fitted, [-5, 5, 50]) == {"x": [1.0, 5.0, 9.0]}


def test_bounds_take_no_pass_and_quantiles_take_one(make):
    assert make("clip", low=0).statistic() is None
    assert make("clip", quantiles=[0, 1]).statistic() is not None


def test_what_no_value_is_below_is_known_of_a_bound_and_not_of_a_quantile(make):
    assert make("clip", low=1e-3).least == 1e-3
    assert make("clip", high=1).least is None
    assert make("clip", quantiles=[0, 1]).least is None


def test_a_column_without_values_has_no_quantiles(make, learn):
    with pytest.raises(DataError, match="no quantiles"):
        learn(make("clip", quantiles=[0, 1]), pa.array([None], pa.float64()))


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("wanted low, high or both, or quantiles", {}),
        ("wanted low, high or both, or quantiles", {"low": 0, "quantiles": [0, 1]}),
        ("the lower bound 2 is above the upper one, 1", {"low": 2, "high": 1}),
        ("the lower bound 1 is above the upper one, 0.5", {"quantiles": [1, 0.5]}),
        ("finite", {"low": float("nan")}),
    ],
)
def test_options_are_checked(refused, said, options):
    refused("clip", said, **options)
