from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from headrace.models import Column
from headrace.transforms.interaction import Interaction, InteractionOptions

options = InteractionOptions.model_validate


def column(name, *values, type_=None):
    return Column(name, pa.array(values, type_ or pa.float64()))


def combined(own, *partners):
    interaction = Interaction(options({"with": [partner.name for partner in partners]})).fit(None)
    columns = interaction.apply(own)
    assert columns == (own,)
    return interaction.combine(columns, {partner.name: (partner,) for partner in partners})


def test_products_follow_the_column_in_the_order_of_the_partners():
    found = combined(column("x", 2.0, 3.0), column("z", 5.0, 7.0), column("y", 1.5, -1.0))
    assert [c.name for c in found] == ["x", "x*z", "x*y"]
    assert [c.values.to_pylist() for c in found[1:]] == [[10.0, 21.0], [3.0, -3.0]]


def test_each_column_of_the_feature_is_multiplied_with_each_of_the_partner():
    interaction = Interaction(options({"with": ["color"]})).fit(None)
    others = {"color": (column("color=green", 1.0), column("color=red", 0.0))}
    found = interaction.combine((column("x", 2.0), column("x^2", 4.0)), others)
    assert [(c.name, c.values.to_pylist()) for c in found[2:]] == [
        ("x*color=green", [2.0]),
        ("x*color=red", [0.0]),
        ("x^2*color=green", [4.0]),
        ("x^2*color=red", [0.0]),
    ]


def test_products_are_exact():
    _, product = combined(column("x", 0.1), column("y", 0.3))
    rounded, correction = product.values[0].as_py(), product.corrections[0][0]
    assert rounded == 0.1 * 0.3
    assert Fraction(rounded) + Fraction(float(correction)) == Fraction(0.1) * Fraction(0.3)


def test_products_of_products_are_exact():
    _, first = combined(column("x", 0.1), column("y", 0.3))
    _, second = combined(first, column("z", -0.7))
    found = [second.values[0].as_py(), *(float(term[0]) for term in second.corrections)]
    assert sum(map(Fraction, found)) == Fraction(0.1) * Fraction(0.3) * Fraction(-0.7)


def test_products_of_float32_fit_into_float64():
    _, product = combined(
        column("x", 0.1, type_=pa.float32()), column("y", 0.3, type_=pa.float32())
    )
    assert product.corrections == ()
    wanted = Fraction(float(np.float32(0.1))) * Fraction(float(np.float32(0.3)))
    assert Fraction(product.values[0].as_py()) == wanted


def test_whole_numbers_and_booleans_are_multiplied_as_numbers():
    _, product = combined(
        column("x", 3, 4, type_=pa.int64()), column("y", True, False, type_=pa.bool_())
    )
    assert product.values.to_pylist() == [3.0, 0.0]


def test_where_either_is_missing_the_product_is():
    _, product = combined(column("x", None, float("nan"), 1.0), column("y", 1.0, 0.0, None))
    assert np.isnan(product.values.to_numpy()).all()
    assert not product.corrections[0].any()


def test_of_no_rows_there_are_no_products():
    _, product = combined(column("x"), column("y"))
    assert len(product.values) == 0


def test_options_are_written_as_they_are_read():
    assert options({"with": ["y"]}).model_dump(mode="json") == {"with": ["y"]}
    interaction = Interaction(options({"with": ["y"]}))
    assert interaction.restore(interaction.fit(None).state()) == interaction.fit(None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Field required"),
        ({"with": []}, "at least 1 item"),
        ({"with": ["y", "z", "y"]}, "lists y more than once"),
        ({"partners": ["y"]}, "Extra inputs are not permitted"),
    ],
)
def test_options_that_make_no_sense_are_refused(given, said):
    with pytest.raises(ValidationError, match=said):
        options(given)
