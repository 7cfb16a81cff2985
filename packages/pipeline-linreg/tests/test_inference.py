"""Standard errors and what else a fit says, by certified values and by exact arithmetic."""

import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.data.features import Feature, Features
from headrace.errors import DataError, ModelError, RequestError
from headrace_linreg.model import LinearModel

FOURTEEN_DIGITS = 1e-14
RANDOM = np.random.default_rng(3)


def inverse_of(matrix):
    """Invert a matrix of Fractions."""
    n = len(matrix)
    rows = [[*row, *(Fraction(int(i == j)) for j in range(n))] for i, row in enumerate(matrix)]
    for k in range(n):
        pivot = next(i for i in range(k, n) if rows[i][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i in range(n):
            if i != k:
                rows[i] = [a - rows[i][k] * b for a, b in zip(rows[i], rows[k], strict=True)]
    return [row[n:] for row in rows]


def exact_precision(columns, target, weight):
    """Return residual variance and the diagonal of the inverse, by Fractions."""
    columns = [[Fraction(1)] * len(target), *([Fraction(float(v)) for v in c] for c in columns)]
    y, w = ([Fraction(float(v)) for v in values] for values in (target, weight))
    gram = [
        [sum(a * b * c for a, b, c in zip(w, one, two, strict=True)) for two in columns]
        for one in columns
    ]
    right = [sum(a * b * c for a, b, c in zip(w, one, y, strict=True)) for one in columns]
    inverse = inverse_of(gram)
    solution = [sum(a * b for a, b in zip(row, right, strict=True)) for row in inverse]
    residuals = [
        value - sum(b * column[i] for b, column in zip(solution, columns, strict=True))
        for i, value in enumerate(y)
    ]
    squares = sum(a * r * r for a, r in zip(w, residuals, strict=True))
    return squares / (len(target) - len(columns)), [inverse[i][i] for i in range(len(columns))]


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(7, 12), st.booleans())
def test_standard_errors_are_exact_to_the_last_digit(fit, seed, p, n, is_weighted):
    generator = np.random.default_rng(seed)
    columns = generator.normal(size=(p, n)) + 10.0 ** generator.integers(-3, 6, (p, 1))
    columns *= 10.0 ** generator.integers(-8, 8, (p, 1))
    target = generator.normal(size=n)
    weight = generator.uniform(0.1, 3, n) if is_weighted else np.ones(n)
    named = {f"x{i}": column for i, column in enumerate(columns)}
    precision = fit(named, target, weight if is_weighted else None).model.inference.precision
    variance, diagonal = exact_precision(columns, target, weight)
    wanted = [math.sqrt(variance * entry) for entry in diagonal]
    assert precision.residual_error == pytest.approx(math.sqrt(variance), rel=3e-16)
    assert list(precision.standard_errors) == pytest.approx(wanted, rel=3e-16)
    root = np.zeros((p + 1, p + 1))
    root[np.tril_indices(p + 1)] = [value for row in precision.inverse_root for value in row]
    np.testing.assert_allclose(
        (root**2).sum(axis=0), [float(entry) for entry in diagonal], rtol=1e-14
    )


def test_a_line_through_the_origin_is_that_of_nist_noint1(fit):
    model = fit({"x": range(60, 71)}, range(130, 141), intercept=False).model
    inference = model.inference
    assert model.coefficients == pytest.approx([2.07438016528926], rel=FOURTEEN_DIGITS)
    assert inference.precision.standard_errors == pytest.approx(
        [0.165289256198347e-01], rel=FOURTEEN_DIGITS
    )
    assert inference.precision.residual_error == pytest.approx(
        3.56753034006338, rel=FOURTEEN_DIGITS
    )
    assert inference.r2 == pytest.approx(0.999365492298663, rel=FOURTEEN_DIGITS)
    assert inference.f == pytest.approx(15750.25, rel=FOURTEEN_DIGITS)
    assert (inference.f_degrees, inference.degrees_of_freedom) == (1, 10)


def test_a_fit_without_residuals_has_no_error_and_no_f(fit):
    inference = fit({"x": [1, 2, 3, 4]}, [5, 7, 9, 11]).model.inference
    assert inference.precision.residual_error == 0
    assert inference.precision.standard_errors == (0, 0)
    assert (inference.r2, inference.adjusted_r2, inference.f) == (1, 1, None)


def test_a_fit_without_degrees_of_freedom_has_no_precision(fit):
    result = fit({"x": [1, 3]}, [1, 5])
    assert result.model.inference.precision is None
    assert result.model.inference.adjusted_r2 is None
    assert result.model.inference.r2 == 1
    with pytest.raises(RequestError, match="left no degrees of freedom"):
        result.model.predict_interval(Features((Feature("x", np.zeros(0)),), 0), 0.9)


def test_a_constant_target_has_no_r2(fit):
    inference = fit({"x": [1, 2, 4]}, [5, 5, 5]).model.inference
    assert inference.r2 is None
    assert inference.precision.residual_error == 0


def test_rows_of_weight_0_are_not_counted(fit):
    with_zero = fit({"x": [1, 2, 4, 9]}, [1, 3, 2, -50], [1, 1, 1, 0]).model
    assert with_zero.inference == fit({"x": [1, 2, 4]}, [1, 3, 2], [1, 1, 1]).model.inference
    assert with_zero.inference.n_rows == 3


def test_constant_features_have_no_standard_error(fit):
    inference = fit({"same": [7, 7, 7, 7], "x": [1, 2, 3, 5]}, [2, 4, 6, 9]).model.inference
    assert inference.precision.terms == (0, 2)
    assert inference.n_coefficients == 2


@pytest.mark.parametrize("p", [1, 5, 30])
def test_the_condition_number_is_that_of_the_columns_scaled_to_length_1(fit, p):
    columns = RANDOM.normal(size=(p, 200)) * 10.0 ** RANDOM.integers(-30, 30, (p, 1))
    target = RANDOM.normal(size=200)
    inference = fit({f"x{i}": column for i, column in enumerate(columns)}, target).model.inference
    matrix = np.column_stack([np.ones(200), *columns])
    wanted = np.linalg.cond(matrix / np.linalg.norm(matrix, axis=0))
    assert inference.condition == pytest.approx(wanted, rel=1e-5)


def test_the_condition_of_all_but_collinear_columns_is_right(fit):
    x = np.arange(1.0, 9.0)
    nearly = x + 1e-9 * np.array([1, -1, 1, 1, -1, 1, -1, -1])
    inference = fit({"x": x, "nearly": nearly}, RANDOM.normal(size=8)).model.inference
    matrix = np.column_stack([np.ones(8), x, nearly])
    wanted = np.linalg.cond(matrix / np.linalg.norm(matrix, axis=0))
    assert inference.condition == pytest.approx(wanted, rel=1e-3)


def test_numbers_beyond_float64_are_a_data_error(fit):
    x = np.array([1.0, 3.0, 2.0, 7.0, 5.0])
    nearly = x + 1e-10 * np.array([1, -1, 1, 1, -1])
    columns = {"x": x * 1e-150, "nearly": nearly * 1e-150}
    with pytest.raises(DataError, match="beyond what float64 holds") as caught:
        fit(columns, np.array([1, 2, 5, 4, 4]) * 1e149)
    assert "scale the features" in caught.value.fix


def test_an_interval_holds_the_share_of_new_targets_that_it_says(fit):
    generator = np.random.default_rng(11)
    held = 0
    for _ in range(400):
        x = generator.normal(1e6, 1, 12)
        target = 3 * x + generator.normal(size=12)
        model = fit({"x": x}, target).model
        new = generator.normal(1e6, 1, 50)
        features = Features((Feature("x", new),), 50)
        lower, upper = model.predict_interval(features, 0.8)
        found = 3 * new + generator.normal(size=50)
        held += ((lower.to_numpy() <= found) & (found <= upper.to_numpy())).sum()
    assert held / 20_000 == pytest.approx(0.8, abs=0.015)


def test_far_means_cost_an_interval_no_digits(fit):
    generator = np.random.default_rng(2)
    x, target = generator.integers(0, 9, 30).astype(float), generator.normal(size=30)
    near, far = (fit({"x": x + shift}, target).model for shift in (0.0, 2.0**40))
    new = np.arange(9.0)
    widths = []
    for model, shift in ((near, 0.0), (far, 2.0**40)):
        columns = [new + shift]
        widths.append(model.inference.half_width(columns, 9, 0.95))
    np.testing.assert_allclose(widths[1], widths[0], rtol=1e-4)


def test_the_summary_is_a_table_of_coefficients(fit):
    model = fit({"same": [7, 7, 7, 7, 7], "x": [1, 2, 3, 5, 4]}, [2, 4, 6, 9, 9]).model
    summary = model.summary()
    (table,) = summary.tables
    assert table.columns == (
        *("feature", "coefficient", "standard error", "t", "p", "lower 95%", "upper 95%"),
    )
    names, values = [row[0] for row in table.rows], table.rows[2]
    assert names == ["(intercept)", "same", "x"]
    assert table.rows[1] == ("same", 0.0, None, None, None, None, None)
    assert values[3] == values[1] / values[2]
    assert values[5] < values[1] < values[6]
    assert summary.facts["n_rows"] == 5
    assert 0 < summary.facts["f_p"] < 0.05
    assert summary.facts["f_p"] == pytest.approx(values[4], rel=1e-9)  # F of one degree is t * t


def test_a_model_without_inference_has_a_summary_without_precision():
    summary = LinearModel(["x"], [2.0], 1.0).summary()
    assert summary.facts == {}
    assert summary.tables[0].rows == (("(intercept)", 1.0), ("x", 2.0))


def test_the_state_restores_the_inference_to_the_bit(fit):
    model = fit({"a": RANDOM.normal(size=9), "b": RANDOM.normal(size=9)}, range(9)).model
    restored = LinearModel.from_state(model.state())
    assert restored.inference == model.inference
    assert restored.state() == model.state()


def test_predicting_takes_no_inference(fit):
    model = fit({"x": [1, 2, 4]}, [1, 3, 2]).model
    old = LinearModel.from_state({"linear.json": model.state()["linear.json"]})
    features = Features((Feature("x", np.array([0.1, 5.0])),), 2)
    assert old.predict(features).equals(model.predict(features))
    with pytest.raises(RequestError, match="says nothing of its precision") as caught:
        old.predict_interval(features, 0.9)
    assert "train it again" in caught.value.fix


@pytest.mark.parametrize(
    "change",
    [
        {"format": "headrace-linreg/inference/v9"},
        {"n_rows": "many"},
        {"n_rows": 2},
        {"condition": None},
        {"condition": float("inf")},
        {"r2": float("nan")},
        {"path": [[1.0, 2.0, float("nan")]]},
        {"path": [[1.0]]},
        {"precision": {}},
        *(
            {
                "precision": {"terms": [0, 1], "residual_error": 1.0, "standard_errors": [1.0, 1.0]}
                | {"inverse_root": [[1.0], [1.0, 1.0]]}
                | part
            }
            for part in (
                {"terms": [0, 2]},
                {"terms": [1, 0]},
                {"terms": [-1, 0]},
                {"terms": [0]},
                {"residual_error": float("inf")},
                {"standard_errors": [1.0]},
                {"inverse_root": [[1.0], [1.0]]},
                {"inverse_root": [[1.0], [1.0, float("nan")]]},
            )
        ),
    ],
)
def test_a_damaged_inference_is_a_model_error(fit, change):
    state = fit({"x": [1, 2, 4]}, [1, 3, 2]).model.state()
    damaged = json.loads(state["inference.json"]) | change
    with pytest.raises(ModelError, match=r"inference\.json is damaged"):
        LinearModel.from_state(state | {"inference.json": json.dumps(damaged).encode()})
