"""What XGBoost would trust is checked before it sees it."""

import struct

import pytest

from headrace_xgb.pipeline import XgbPipeline
from headrace_xgb.trees import check_booster
from headrace_xgb.ubjson import parse_ubjson


@pytest.fixture(scope="module")
def booster(params, rows):
    """Return the bytes of a booster with three features, one of them a category."""
    made = params(features=["x", "gap", "color"], rounds=3, max_depth=3)
    return XgbPipeline(made).fit(rows(600)).model.state()["model.ubj"]


def changed(booster, name, form, number, place=0):
    """Return it with another number in the first array of a name."""
    at = booster.index(name.encode() + b"[$") + len(name) + 4
    at += 1 + struct.calcsize({b"L": "q", b"l": "i", b"i": "b", b"U": "B"}[booster[at : at + 1]])
    at += place * struct.calcsize(form)
    return booster[:at] + struct.pack(form, number) + booster[at + struct.calcsize(form) :]


def test_a_booster_as_xgboost_writes_it_is_right(booster):
    check_booster(booster, 3, "reg:squarederror")
    tree = parse_ubjson(booster)["learner"]["gradient_booster"]["model"]["trees"][0]
    assert len(tree["categories"]), "the test wants a split by categories"


@pytest.mark.parametrize(
    ("name", "form", "number", "message"),
    [
        ("left_children", ">i", 10**6, "its children are not those of a tree"),
        ("left_children", ">i", 0, "its children are not those of a tree"),
        ("left_children", ">i", -2, "its children are not those of a tree"),
        ("right_children", ">i", -1, "its children are not those of a tree"),
        ("parents", ">i", 1, "its parents are not those of its children"),
        ("split_indices", ">i", 3, "a split_indices is not within 0 to 2"),
        ("split_indices", ">i", -1, "a split_indices is not within 0 to 2"),
        ("split_type", ">B", 7, "a split_type is not within 0 to 1"),
        ("categories_sizes", ">q", 2**40, "its sets of categories do not follow one another"),
        ("categories_segments", ">q", 5, "its sets of categories|begins or ends where it cannot"),
        ("categories_nodes", ">i", 10**6, "its sets of categories are not those of its"),
        ("categories", ">i", -1, "a category is not within"),
    ],
)
def test_an_index_to_what_is_not_there_is_told(booster, name, form, number, message):
    with pytest.raises(ValueError, match=f"tree 0: .*{message}"):
        check_booster(changed(booster, name, form, number), 3, "reg:squarederror")


def test_another_number_of_features_or_objective_is_told(booster):
    with pytest.raises(ValueError, match="num_feature is '3'; wanted 4"):
        check_booster(booster, 4, "reg:squarederror")
    with pytest.raises(ValueError, match="objective is reg:squarederror; wanted binary:logistic"):
        check_booster(booster, 3, "binary:logistic")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "it ends before 1 bytes"),
        (b"Si", "it ends before 1 bytes"),
        (b"SL" + struct.pack(">q", 2**62), "it ends before"),
        (b"SL" + struct.pack(">q", -1), "it ends before -1 bytes"),
        (b"[$d#L" + struct.pack(">q", 2**61), "it ends before"),
        (b"[$S#i\x01", "has no type or no length"),
        (b"[#L" + struct.pack(">q", 2**40), "it ends before 1 bytes"),
        (b"[" * 100, "nested more than 16 levels deep"),
        (b"{i\x01aTi\x01aT}", "an object has 'a' twice"),
        (b"Q", "begins no value"),
        (b"Sd", "begins no length"),
        (b"TT", "it goes on after its end at byte 1"),
        (b"Si\x01\xff", "utf-8"),
    ],
)
def test_what_is_no_ubjson_is_told(data, message):
    with pytest.raises(ValueError, match=message):
        parse_ubjson(data)


def test_values_of_all_types_are_read():
    numbers = b"i\xffU\xffI\x01\x00l\x00\x00\x00\x01d\x3f\x00\x00\x00"
    arrays = b"i\x01b[$U#i\x02\x01\x02i\x01c[#i\x01T"
    found = parse_ubjson(b"{i\x01a[ZTF" + numbers + b"]" + arrays + b"}")
    assert found["a"] == [None, True, False, -1, 255, 256, 1, 0.5]
    assert found["b"].tolist() == [1, 2]
    assert found["c"] == [True]
