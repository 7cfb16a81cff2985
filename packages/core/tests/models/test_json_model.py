from typing import Literal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace import JsonModel, Model, ModelError


class Line(JsonModel):
    format: Literal["line/v1"] = "line/v1"
    intercept: float
    terms: tuple[tuple[str, float], ...] = ()

    def predict(self, features):
        return pa.array([self.intercept] * features.n_rows)


def restored(text):
    return Line.from_state({"model.json": text})


def test_it_is_a_model():
    assert isinstance(Line(intercept=1.0), Model)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_its_state_restores_every_bit(value):
    model = Line(intercept=value, terms=(("x", value),))
    again = Line.from_state(model.state())
    assert again.intercept.hex() == value.hex()
    assert again.terms[0][1].hex() == value.hex()
    assert again.state() == model.state()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"", "Invalid JSON"),
        (b"\xff", "Invalid JSON"),
        (b"[" * 100_000, "Invalid JSON"),
        (b"[]", "should be an object"),
        (b"{}", "Field required"),
        (b'{"intercept": "1"}', "should be a valid number"),
        (b'{"intercept": NaN}', "should be a finite number"),
        (b'{"intercept": 1e999}', "should be a finite number"),
        (b'{"intercept": 1, "slope": 2}', "Extra inputs are not permitted"),
        (b'{"intercept": 1, "terms": [["x"]]}', "Field required"),
        (b'{"intercept": 1, "format": "line/v2"}', "should be 'line/v1'"),
    ],
)
def test_a_damaged_state_is_a_model_error(text, what):
    with pytest.raises(ModelError, match=r"The model's model\.json is damaged") as caught:
        restored(text)
    assert what in caught.value.what


def test_the_error_says_which_field():
    with pytest.raises(ModelError) as caught:
        restored(b'{"intercept": 1, "terms": [["x", 1], ["z", null]]}')
    assert caught.value.where == "terms.1.1"


def test_a_state_without_its_file_is_a_model_error():
    with pytest.raises(ModelError, match=r"The model has no model\.json"):
        Line.from_state({"other.json": b"{}"})
