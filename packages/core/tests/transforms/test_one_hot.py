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


OFTEN = ["b", "b", "b", "c", "c", "a", "a", "d", None]


def test_only_the_most_frequent_may_be_learnt_and_the_others_are_one_more():
    fitted = learn(OFTEN, most_frequent=2)
    assert fitted.categories == ("a", "b")  # a and c are equally frequent
    assert applied(fitted, ["a", "b", "c", "never seen", None]) == {
        "s=b": [0, 1, 0, 0, 0],
        "s is other": [0, 0, 1, 1, 1],
    }


def test_null_may_be_among_the_most_frequent():
    fitted = learn(["a", None, None, "b"], most_frequent=2)
    assert fitted.categories == ("a", None)
    assert applied(fitted, ["a", None, "b"]) == {"s is null": [0, 1, 0], "s is other": [0, 0, 1]}


def test_where_none_is_left_out_there_is_no_other():
    assert learn(["a", "b"], most_frequent=5) == learn(["a", "b"])


@pytest.mark.parametrize(("unknown", "wanted"), [("average", [3 / 9]), ("reference", [0])])
def test_those_left_out_may_be_the_average_or_the_reference(unknown, wanted):
    assert applied(learn(OFTEN, most_frequent=2, unknown=unknown), ["d"]) == {"s=b": wanted}


def test_more_categories_than_max_may_be_counted_to_keep_the_most_frequent():
    values = [str(number) for number in range(500)] + ["7"]
    assert learn(values, most_frequent=1).categories == ("7",)


def declared(*categories, **options):
    one_hot = OneHot(OneHotOptions(categories=categories, **options))
    assert one_hot.statistic() is None
    return one_hot.fit(None)


def test_declared_categories_are_not_learnt_and_the_first_is_the_reference():
    got = applied(declared("c", "a", None), ["a", "c", None, "x"])
    assert got == {"s=a": [1, 0, 0, 0], "s is null": [0, 0, 1, 0]}


def test_an_unknown_one_beside_declared_ones_may_have_a_column():
    got = applied(declared("c", "a", unknown="other"), ["a", "c", None, "x"])
    assert got == {"s=a": [1, 0, 0, 0], "s is other": [0, 0, 1, 1]}


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("not both", {"categories": ("a",), "most_frequent": 3}),
        ("names one twice", {"categories": ("a", "b", "a")}),
        (
            "of training rows; with categories none count",
            {"categories": ("a",), "unknown": "average"},
        ),
        ("goes with categories or most_frequent", {"unknown": "other"}),
    ],
)
def test_options_that_do_not_go_together_are_refused(said, options):
    with pytest.raises(ValidationError, match=said):
        OneHotOptions(**options)
