"""What is wrong with encodings by the target is said before any work."""

import pyarrow as pa
import pytest

from headrace.contracts.params import SupervisedParams
from headrace.errors import HeadraceError, RequestError
from headrace.models import SupervisedPipeline
from headrace.plugins import discover
from headrace.runtime.columns import columns_to_train

SCHEMA = pa.schema({"color": pa.string(), "x": pa.float64(), "y": pa.float64(), "id": pa.int64()})


class Plain(SupervisedPipeline):
    """Takes no missing numbers."""


def prepared(*steps, feature="color", folds=5):
    params = SupervisedParams(
        features=("color", "x"),
        target="y",
        key=("id",),
        folds=folds,
        transforms={"color": ("target_encode",), feature: steps},
    )
    return columns_to_train(Plain(params), SCHEMA, None, "rows", discover())


@pytest.mark.parametrize("folds", [0, 2])
def test_fewer_than_three_folds_are_refused(folds):
    with pytest.raises(RequestError) as caught:
        prepared("target_encode", folds=folds)
    assert caught.value.what.startswith(
        "Transform 'target_encode' of feature 'color' learns the target by fold, and folds is "
        f"{folds}; wanted 3 and more"
    )
    assert caught.value.where == "transforms.color"
    assert caught.value.fix == "set folds to 3 or more, and a key"


def test_what_would_learn_from_an_encoding_is_refused():
    with pytest.raises(RequestError) as caught:
        prepared("target_encode", "standardize")
    assert caught.value.what == (
        "Transform 'standardize' of feature 'color' comes after 'target_encode' and learns from "
        "what comes out of it, which tells of targets and differs from fold to fold"
    )
    assert caught.value.fix == "leave 'standardize' out, or give it what it would learn as options"


@pytest.mark.parametrize(
    "steps",
    [
        ("target_encode",),
        ({"impute": {"strategy": "most_frequent"}}, "target_encode"),
        ("target_encode", {"clip": {"low": -1, "high": 1}}),
        ("target_encode", {"interaction": {"with": ["x"]}}),
    ],
    ids=str,
)
def test_what_learns_nothing_may_follow(steps):
    _, preparation, rules = prepared(*steps)
    assert preparation.reads_target
    assert rules.features["color"]


def test_a_number_is_no_category():
    with pytest.raises(HeadraceError, match="wants a category"):
        prepared("target_encode", feature="x")
