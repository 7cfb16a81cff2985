"""Features that are combined with others, from preparation to bundle and back."""

import json
from dataclasses import replace

import numpy as np
import pytest

from headrace.data.kinds import Kind
from headrace.errors import ModelError
from headrace.models import Preparation


@pytest.fixture
def prepared(chain, fit, rows):
    """Return a preparation of x, color and y in which each of x and y is combined with color."""
    options = {"with": ["color"]}
    chains = [
        chain("x", Kind.NUMBER, "interaction", **options),
        chain("color", Kind.CATEGORY, "one_hot"),
        chain("y", Kind.NUMBER, "interaction", **options),
    ]
    preparation, passes = fit(Preparation.unfitted(chains), rows)
    assert passes == 1  # of one_hot: what is combined needs none
    return preparation


def test_products_follow_their_feature_and_use_what_the_partners_transforms_make(prepared, rows):
    features = prepared.features(rows)
    assert features.names == (
        *("x", "x*color=green", "x*color=red"),
        *("color=green", "color=red"),
        *("y", "y*color=green", "y*color=red"),
    )
    by_name = {column.name: column.values for column in features.columns}
    np.testing.assert_array_equal(by_name["y*color=red"], by_name["y"] * by_name["color=red"])
    np.testing.assert_array_equal(by_name["x*color=red"], by_name["x"] * by_name["color=red"])
    assert np.isnan(by_name["x*color=red"][9])


def test_what_rounding_leaves_out_goes_with_the_rows_that_are_chosen(prepared, rows):
    features = prepared.features(rows)
    chosen = np.arange(rows.num_rows) % 3 == 0
    some = features.rows(chosen)
    for column, whole in zip(some.columns, features.columns, strict=True):
        assert len(column.corrections) == len(whole.corrections)
        for term, whole_term in zip(column.corrections, whole.corrections, strict=True):
            np.testing.assert_array_equal(term, whole_term[chosen])


def test_a_bundle_restores_it_to_the_bit(prepared, bundle, restore, rows):
    complete = rows.slice(0, 9)
    one = replace(bundle, preparation=prepared)
    restored = restore(one.files())
    assert restored.files() == one.files()
    assert restored.predict(complete).equals(one.predict(complete))
    (x, *_) = json.loads(one.files()["bundle.json"])["features"]
    assert x["transforms"] == [{"name": "interaction", "options": {"with": ["color"]}, "state": {}}]


def test_a_bundle_whose_partner_is_not_there_is_damaged(prepared, bundle, restore):
    files = replace(bundle, preparation=prepared).files()
    files["bundle.json"] = files["bundle.json"].replace(b'"with":["color"]', b'"with":["colour"]')
    with pytest.raises(ModelError, match="feature 'x' is combined with what is no feature"):
        restore(files)
