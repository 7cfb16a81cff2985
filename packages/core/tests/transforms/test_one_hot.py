import pyarrow as pa
import pytest
from pydantic import ValidationError

from headrace.errors import DataError
from headrace.models import Column
from headrace.transforms.one_hot import OneHot, OneHotOptions

TRAINING = ["b", "a", "b", "c"]


def learn(values, **options):
    one_hot = OneHot(OneHotOptions(**options))
    statistic = one_hot.statistic()
    learnt = statistic.finish(statistic.add(statistic.zero(), pa.array(values, pa.string())))
    return one_hot.fit(learnt)


def applied(fitted, values):
    columns = fitted.apply(
        Column("s", values if isinstance(values, pa.Array) else pa.array(values))
    )
    return {column.name: column.values.to_pylist() for column in columns}


def test_every_category_but_the_first_in_order_has_a_column():
    assert applied(learn(TRAINING), ["a", "b", "c"]) == {"s=b": [0, 1, 0], "s=c": [0, 0, 1]}


def test_an_unknown_category_is_the_average_of_the_training_rows():
    assert applied(learn(TRAINING), ["zzz", "b"]) == {"s=b": [0.5, 1], "s=c": [0.25, 0]}


def test_an_unknown_category_may_be_the_reference_instead():
    fitted = learn(TRAINING, unknown="reference")
    assert applied(fitted, ["zzz", "b"]) == {"s=b": [0, 1], "s=c": [0, 0]}


def test_null_is_a_category_where_training_has_it():
    fitted = learn(["a", None, "a", "b"])
    assert applied(fitted, [None, "a", "x"]) == {"s=b": [0, 0, 0.25], "s is null": [1, 0, 0.25]}


def test_null_is_unknown_where_training_has_none():
    assert applied(learn(["a", "b"]), pa.array([None], pa.string())) == {"s=b": [0.5]}


def test_the_text_null_is_not_null():
    fitted = learn(["a", "null"])
    assert applied(fitted, ["null", None]) == {"s=null": [1, 0.5]}
    both = learn(["a", "null", None, "a"])
    assert applied(both, ["null", None]) == {"s=null": [1, 0], "s is null": [0, 1]}


def test_one_category_leaves_no_column():
    assert applied(learn(["a", "a"]), ["a", "b"]) == {}


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["a", None, "zzz"]).dictionary_encode(),
        pa.array(["a", None, "zzz"], pa.large_string()),
    ],
    ids=["dictionary", "large"],
)
def test_any_type_of_text_gives_the_same(values):
    fitted = learn(["a", None, "b", "a"])
    assert applied(fitted, values) == applied(fitted, values.cast(pa.string()))


def test_any_type_of_text_can_be_learnt():
    one_hot = OneHot(OneHotOptions())
    statistic = one_hot.statistic()
    for type_ in (pa.large_string(), pa.dictionary(pa.int8(), pa.string())):
        values = pa.array(["b", None, "a"]).cast(type_)
        assert list(statistic.add(statistic.zero(), values)) == ["b", None, "a"]


def test_too_many_categories_are_a_data_error():
    with pytest.raises(DataError, match="more than 2 categories"):
        learn(["a", "b", "c"], max_categories=2)


def test_no_rows_are_a_data_error():
    with pytest.raises(DataError, match="no training rows"):
        learn([])


def test_options_are_checked():
    with pytest.raises(ValidationError):
        OneHotOptions(max_categories=0)
    with pytest.raises(ValidationError):
        OneHotOptions(unknown="ignore")


def test_an_empty_batch_keeps_the_columns():
    assert applied(learn(TRAINING), pa.array([], pa.string())) == {"s=b": [], "s=c": []}


def test_the_state_restores_the_same_transform():
    fitted = learn(["a", None, "b"])
    assert OneHot(OneHotOptions()).restore(dict(fitted.state())) == fitted


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"categories": [], "unknown": []},
        {"categories": ["a", "b"], "unknown": []},
        {"categories": ["a", "b"], "unknown": ["much"]},
        {"categories": 3, "unknown": []},
    ],
)
def test_a_damaged_state_is_refused(state):
    with pytest.raises((KeyError, ValueError, TypeError)):
        OneHot(OneHotOptions()).restore(state)
