import pyarrow as pa
import pytest

from headrace.contracts.params import SupervisedParams
from headrace.errors import DataError, HeadraceError, RequestError
from headrace.models import SupervisedPipeline
from headrace.plugins import discover
from headrace.runtime.columns import columns_to_train

SCHEMA = pa.schema(
    {
        "x": pa.float64(),
        "color": pa.string(),
        "at": pa.timestamp("us"),
        "raw": pa.binary(),
        "y": pa.float64(),
    }
)


class Plain(SupervisedPipeline):
    """Takes no missing numbers."""


class Tolerant(SupervisedPipeline):
    handles_missing = True


def prepared(pipeline_type, feature, *transforms):
    params = SupervisedParams(
        features=(feature,),
        target="y",
        holdout=0,
        folds=0,
        transforms={feature: transforms},
    )
    return columns_to_train(pipeline_type(params), SCHEMA, None, "rows", discover())


def test_ordinal_alone_is_refused_where_missing_numbers_are_not_taken():
    with pytest.raises(RequestError, match="may come out missing") as caught:
        prepared(Plain, "color", "ordinal")
    assert caught.value.where == "transforms.color"
    assert "put impute after" in caught.value.fix


def test_ordinal_goes_with_impute_or_with_a_model_that_takes_missing_numbers():
    for found in (
        prepared(Plain, "color", "ordinal", "impute"),
        prepared(Tolerant, "color", "ordinal"),
    ):
        _, preparation, _ = found
        assert preparation.chains[0].names[0] == "ordinal"


def test_a_transform_after_ordinal_that_keeps_missing_ones_does_not_help():
    with pytest.raises(RequestError, match="may come out missing"):
        prepared(Plain, "color", "ordinal", "standardize")


@pytest.mark.parametrize(
    ("feature", "fix"),
    [
        ("color", "such as one_hot"),
        ("at", "such as calendar"),
        ("raw", "cast the column in the data"),
    ],
)
def test_a_column_that_no_model_takes_as_it_is_needs_a_transform(feature, fix):
    with pytest.raises(DataError, match="which no pipeline takes as it is") as caught:
        prepared(Plain, feature)
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    ("feature", "transforms", "said"),
    [
        ("raw", ["one_hot"], "which no pipeline takes as it is"),
        ("x", ["one_hot"], "is double where transform 'one_hot' wants a category"),
        ("color", ["one_hot", "standardize"], "'one_hot' of feature 'color' is not the last"),
        ("x", ["impute", "ordinal"], "where transform 'ordinal' wants a category"),
    ],
)
def test_transforms_must_fit_the_column_and_one_another(feature, transforms, said):
    with pytest.raises(HeadraceError, match=said):
        prepared(Plain, feature, *transforms)


def test_text_that_is_only_imputed_is_still_text():
    with pytest.raises(DataError, match="no pipeline takes as it is after impute") as caught:
        prepared(Plain, "color", {"impute": {"strategy": "most_frequent"}})
    assert "such as one_hot" in caught.value.fix


def test_imputed_text_may_be_encoded():
    _, preparation, rules = prepared(
        Plain, "color", {"impute": {"strategy": "most_frequent"}}, "one_hot"
    )
    assert preparation.chains[0].names == ("impute", "one_hot")
    assert rules.features == {"color": True}


def test_impute_works_on_what_it_can_put_something_in():
    with pytest.raises(DataError, match="is string where transform 'impute' wants a number"):
        prepared(Plain, "color", {"impute": {"strategy": "median"}})
    with pytest.raises(DataError, match="is double where transform 'impute' wants a category"):
        prepared(Plain, "x", {"impute": {"strategy": "constant", "value": "none"}})


def test_an_indicator_makes_impute_one_that_comes_last():
    with pytest.raises(RequestError, match="'impute' of feature 'x' is not the last"):
        prepared(Plain, "x", {"impute": {"indicator": True}}, "standardize")
    prepared(Plain, "x", "impute", "standardize")


def test_what_a_logarithm_is_not_defined_for_makes_a_row_bad_where_none_may_be_missing():
    for steps in (["log"], ["impute", "log"], ["log", "standardize"]):
        _, _, rules = prepared(Plain, "x", *steps)
        assert str(rules.domains["x"]) == "above 0"
        assert prepared(Tolerant, "x", *steps)[2].domains == {}
    assert prepared(Plain, "x", "log", "impute")[2].domains == {}


def test_a_logarithm_of_what_is_no_more_the_column_is_refused():
    with pytest.raises(RequestError, match="may come out missing") as caught:
        prepared(Plain, "x", "standardize", "log")
    assert "log comes first" in caught.value.fix
    prepared(Tolerant, "x", "standardize", "log")


def test_a_constant_without_a_logarithm_is_refused():
    impute = {"impute": {"strategy": "constant", "value": 0}}
    with pytest.raises(RequestError, match="'x' comes out missing where the column is") as caught:
        prepared(Plain, "x", impute, "log")
    assert caught.value.where == "transforms.x"
    prepared(Plain, "x", impute, {"log": {"form": "log1p"}})


def with_another(feature, *transforms):
    params = SupervisedParams(
        features=(feature, "color"),
        target="y",
        holdout=0,
        folds=0,
        transforms={feature: transforms},
    )
    return columns_to_train(Plain(params), SCHEMA, None, "rows", discover())


@pytest.mark.parametrize("feature", ["x", "at", "raw"])
def test_any_column_may_be_dropped_and_is_then_read_but_not_looked_at(feature):
    schema, preparation, rules = with_another(feature, "drop")
    assert feature in schema.names
    assert list(rules.features) == ["color"]
    assert preparation.chains[0].is_dropped


def test_one_feature_has_to_be_left():
    with pytest.raises(RequestError, match="All features are dropped"):
        prepared(Plain, "x", "drop")
