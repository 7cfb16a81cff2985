import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.data.features import Feature, Features
from headrace.errors import ModelError
from headrace_linreg.model import LinearModel

finite = st.floats(allow_nan=False, allow_infinity=False)


def features_of(*columns):
    named = tuple(Feature(f"x{i}", np.asarray(values)) for i, values in enumerate(columns))
    return Features(named, len(columns[0]))


def test_a_prediction_is_the_intercept_and_each_coefficient_times_its_feature():
    model = LinearModel(["a", "b"], [2.0, -1.0], 10.0)
    got = model.predict(features_of([1.0, 2.0], [3.0, 4.0]))
    assert got.to_pylist() == [9.0, 10.0]


def test_terms_are_added_in_the_order_of_the_features():
    model = LinearModel(["a", "b"], [1.0, 1.0], 1.0)
    (got,) = model.predict(features_of([1e16], [-1e16])).to_pylist()
    assert got == (1.0 + 1e16) - 1e16


def test_float32_features_are_multiplied_in_float64():
    value = np.float32(0.1)
    (got,) = LinearModel(["a"], [0.1], 0.0).predict(features_of(np.array([value]))).to_pylist()
    assert got == float(value) * 0.1


def test_a_model_without_features_predicts_the_intercept():
    assert LinearModel([], [], 2.5).predict(Features((), 3)).to_pylist() == [2.5] * 3


def test_another_number_of_features_is_refused():
    with pytest.raises(ValueError, match="zip"):
        LinearModel(["a", "b"], [1.0, 1.0], 0.0).predict(features_of([1.0]))


@given(st.lists(finite, max_size=4), finite)
def test_the_state_restores_the_same_bits(coefficients, intercept):
    names = [f'x{i} ü\n"' for i in range(len(coefficients))]
    model = LinearModel(names, coefficients, intercept)
    restored = LinearModel.from_state(model.state())
    assert restored.names == model.names
    bits = np.array([*coefficients, intercept]).tobytes()
    assert np.array([*restored.coefficients, restored.intercept]).tobytes() == bits
    assert restored.state() == model.state()


def test_the_state_is_json_that_people_can_read():
    (data,) = LinearModel(["dep_delay"], [1.5], -5.0).state().values()
    stored = json.loads(data)
    assert stored["intercept"] == -5.0
    assert stored["coefficients"] == {"dep_delay": 1.5}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\x80\x04.",
        b"[" * 100_000,
        b'{"format": "headrace-linreg/linear/v9"}',
        b'{"format": "headrace-linreg/linear/v1"}',
        *(
            b'{"format": "headrace-linreg/linear/v1", "intercept": %s, "coefficients": %s}' % parts
            for parts in [
                (b"NaN", b"{}"),
                (b"1e999", b"{}"),
                (b'"much"', b"{}"),
                (b"0", b'{"x": Infinity}'),
                (b"0", b"[1]"),
                (b"0", b'{"x": null}'),
                (b"1" + b"0" * 400, b"{}"),
            ]
        ),
    ],
)
def test_a_damaged_state_is_a_model_error(data):
    with pytest.raises(ModelError, match=r"linear\.json is damaged"):
        LinearModel.from_state({"linear.json": data})


def test_a_missing_file_is_a_model_error():
    with pytest.raises(ModelError):
        LinearModel.from_state({})


def test_predictions_are_within_a_rounding_of_exact_arithmetic():
    generator = np.random.default_rng(0)
    columns, coefficients = generator.normal(size=(5, 100)), generator.normal(size=5)
    got = LinearModel(list("abcde"), coefficients.tolist(), 0.5).predict(features_of(*columns))
    for row, value in enumerate(got.to_pylist()):
        exact = Fraction(0.5) + sum(
            Fraction(c) * Fraction(x) for c, x in zip(coefficients, columns[:, row], strict=True)
        )
        assert math.isclose(value, exact, rel_tol=1e-14, abs_tol=1e-14)
