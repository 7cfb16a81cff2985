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
