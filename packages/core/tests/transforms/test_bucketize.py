import math

import pyarrow as pa
import pytest

from headrace.errors import DataError

NAN = float("nan")


def test_an_edge_begins_its_bucket(make, learn, applied):
    fitted = learn(make("bucketize", edges=[0, 2.5], output="codes"))
    assert applied(fitted, [-1.0, 0.0, 2.4, 2.5, 1e9]) == {"x": [0, 1, 1, 2, 2]}


def test_every_bucket_but_the_first_has_an_indicator(make, learn, applied):
    fitted = learn(make("bucketize", edges=[0, 2.5]))
    assert applied(fitted, [-1.0, 1.0, 9.0]) == {
        "x from 0.0 to 2.5": [0, 1, 0],
        "x from 2.5": [0, 0, 1],
    }


def test_buckets_hold_like_many_training_rows(make, learn, applied):
    fitted = learn(make("bucketize", buckets=4, output="codes"), pa.array(range(8)))
    assert applied(fitted, list(range(8))) == {"x": [0, 0, 1, 1, 2, 2, 3, 3]}
    assert applied(fitted, [-100, 100]) == {"x": [0, 3]}


def test_equal_edges_are_one_and_no_bucket_is_below_the_training_rows(make, learn, applied):
    fitted = learn(make("bucketize", buckets=5), pa.array([1.0] * 8 + [2.0, 3.0]))
    assert fitted.edges == (1.2,)
    constant = learn(make("bucketize", buckets=5), pa.array([1.0, 1.0]))
    assert applied(constant, [0.0, 1.0, 2.0]) == {}


def test_missing_is_missing_in_every_column(make, learn, applied):
    got = applied(learn(make("bucketize", edges=[0, 1])), [NAN, None])
    assert [math.isnan(value) for values in got.values() for value in values] == [True] * 4
    codes = applied(learn(make("bucketize", edges=[0], output="codes")), [NAN, 1.0])["x"]
    assert math.isnan(codes[0])
    assert codes[1] == 1


def test_codes_are_numbers_in_order_and_one_column(make):
    assert not make("bucketize", edges=[0], output="codes").yields_many
    assert make("bucketize", edges=[0]).yields_many


def test_a_column_without_values_has_no_quantiles(make, learn):
    with pytest.raises(DataError, match="no quantiles"):
        learn(make("bucketize", buckets=3), pa.array([None], pa.float64()))


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("wanted either edges or buckets", {}),
        ("wanted either edges or buckets", {"edges": [1], "buckets": 2}),
        ("edges are not ascending", {"edges": [1, 1]}),
        ("greater than or equal to 2", {"buckets": 1}),
        ("at least 1 item", {"edges": []}),
    ],
)
def test_options_are_checked(refused, said, options):
    refused("bucketize", said, **options)
