import math

import pyarrow as pa
import pytest
from pydantic import ValidationError

from headrace.errors import DataError
from headrace.models import Column
from headrace.transforms.ordinal import Ordinal, OrdinalOptions


def learn(values, **options):
    ordinal = Ordinal(OrdinalOptions(**options))
    statistic = ordinal.statistic()
    state = statistic.add(statistic.zero(), pa.array(values, pa.string()))
    return ordinal.fit(statistic.finish(state))


def applied(fitted, values):
    (column,) = fitted.apply(Column("s", values))
    return column


def test_codes_follow_the_sorted_order_of_the_training_rows():
    column = applied(learn(["b", "a", None, "c"]), pa.array(["a", "b", "c"]))
    assert column.values.to_pylist() == [0, 1, 2]
    assert column.values.type == pa.float32()
    assert column.n_categories == 3


def test_unknown_and_null_are_missing():
    values = applied(learn(["a", None]), pa.array(["zzz", None, "a"])).values.to_pylist()
    assert math.isnan(values[0])
    assert math.isnan(values[1])
    assert values[2] == 0
    assert Ordinal.makes_missing
    assert not Ordinal.handles_missing


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["b", None, "zzz"]).dictionary_encode(),
        pa.array(["b", None, "zzz"], pa.large_string()),
    ],
    ids=["dictionary", "large"],
)
def test_any_type_of_text_gives_the_same(values):
    fitted = learn(["a", "b"])
    assert str(applied(fitted, values).values) == "[\n  1,\n  nan,\n  nan\n]"


def test_too_many_categories_are_a_data_error():
    with pytest.raises(DataError, match="more than 2 categories"):
        learn(["a", "b", "c"], max_categories=2)


def test_the_state_restores_the_same_transform():
    fitted = learn(["a", None, "b"])
    assert Ordinal(OrdinalOptions()).restore(dict(fitted.state())) == fitted
    with pytest.raises(KeyError):
        Ordinal(OrdinalOptions()).restore({})


def test_only_the_most_frequent_may_be_learnt_and_the_others_are_missing():
    fitted = learn(["b", "b", "a", "a", "c", None, None, None], most_frequent=2)
    assert fitted.categories == ("a", "b")
    assert math.isnan(applied(fitted, pa.array(["c"])).values[0].as_py())


def test_declared_categories_have_the_codes_of_their_places():
    ordinal = Ordinal(OrdinalOptions(categories=("low", "high")))
    assert ordinal.statistic() is None
    got = applied(ordinal.fit(None), pa.array(["high", "low"]))
    assert got.values.to_pylist() == [1, 0]
    assert got.n_categories == 2


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("not both", {"categories": ("a",), "most_frequent": 3}),
        ("names one twice", {"categories": ("a", "a")}),
    ],
)
def test_options_are_checked(said, options):
    with pytest.raises(ValidationError, match=said):
        OrdinalOptions(**options)


@pytest.mark.parametrize("categories", [["a", None], ["a", "a"], [1], "ab", None, ["\ud800"]])
def test_a_damaged_state_is_refused(categories):
    with pytest.raises((KeyError, ValueError, TypeError)):
        Ordinal(OrdinalOptions()).restore({"categories": categories})
