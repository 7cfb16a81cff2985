"""What is wrong with features that are combined with others is said before any work."""

import pyarrow as pa
import pytest

from headrace.contracts.params import SupervisedParams
from headrace.errors import HeadraceError, RequestError
from headrace.models import SupervisedPipeline
from headrace.plugins import discover
from headrace.runtime.columns import columns_to_train

SCHEMA = pa.schema({"width": pa.float64(), "height": pa.float64(), "color": pa.string(), "y": "f8"})


class Plain(SupervisedPipeline):
    """Takes no missing numbers."""


class Tolerant(SupervisedPipeline):
    handles_missing = True


def prepared(transforms, pipeline_type=Plain):
    params = SupervisedParams(
        features=("width", "height", "color"),
        target="y",
        holdout=0,
        folds=0,
        transforms=transforms,
    )
    return columns_to_train(pipeline_type(params), SCHEMA, None, "rows", discover())


def combined(*partners, before=()):
    return (*before, {"interaction": {"with": list(partners)}})


def test_a_number_goes_with_a_number_and_with_a_category_behind_one_hot():
    _, preparation, rules = prepared({"width": combined("height", "color")})
    assert preparation.chains[0].partners == ("height", "color")
    assert rules.features == {"width": False, "height": False, "color": True}


def test_what_makes_several_columns_may_be_combined():
    _, preparation, _ = prepared({"color": combined("width", before=["one_hot"])})
    assert preparation.chains[2].names == ("one_hot", "interaction")


@pytest.mark.parametrize(
    ("transforms", "pipeline", "said", "fix"),
    [
        (
            {"width": combined("heigth")},
            Plain,
            "'width' is combined with 'heigth', which is not one of the features",
            "did you mean 'height'?",
        ),
        (
            {"width": combined("volume")},
            Plain,
            "'width' is combined with 'volume', which is not one of the features",
            "add 'volume' to the features",
        ),
        ({"width": combined("width")}, Plain, "'width' is combined with itself", "polynomial"),
        (
            {"width": combined("height"), "height": combined("width")},
            Plain,
            "'height' and 'width' are each combined with the other",
            "name it in one of the two lists only",
        ),
        (
            {"width": combined("height"), "height": ("drop",)},
            Plain,
            "'width' is combined with 'height', which is dropped",
            "take drop from it",
        ),
        (
            {"width": combined("color"), "color": ("ordinal",)},
            Tolerant,
            "'width' is combined with 'color', which comes out as codes of categories",
            "make it indicators, as one_hot does",
        ),
        (
            {"color": combined("width", before=["ordinal"])},
            Tolerant,
            "'color' comes out as codes of categories, so it cannot be combined with others",
            "make it indicators, as one_hot does",
        ),
        (
            {"width": (*combined("height"), "standardize")},
            Plain,
            "'interaction' of feature 'width' is not the last of its list",
            "put it last",
        ),
        (
            {"width": (*combined("height"), *combined("color"))},
            Plain,
            "'interaction' of feature 'width' is not the last of its list",
            "put it last",
        ),
        (
            {"width": ({"interaction": {"wit": ["height"]}},)},
            Plain,
            "No option is named 'wit'",
            "did you mean 'with'?",
        ),
    ],
)
def test_what_cannot_be_combined_is_refused(transforms, pipeline, said, fix):
    with pytest.raises(HeadraceError) as caught:
        prepared(transforms, pipeline)
    assert said in str(caught.value)
    assert fix in str(caught.value)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(RequestError) as caught:
        prepared({"width": combined("widht", "heigth"), "height": combined("colour")})
    assert str(caught.value).count("not one of the features") == 3
    assert "transforms.width.interaction" in str(caught.value)


def test_a_partner_that_may_come_out_missing_is_refused_for_itself():
    with pytest.raises(RequestError, match="Feature 'color' may come out missing"):
        prepared({"width": combined("color"), "color": ("ordinal",)})
