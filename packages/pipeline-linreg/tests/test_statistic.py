from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.data.features import Feature, Features, TrainingBatch
from headrace.errors import DataError
from headrace_linreg.statistic import LeastSquares

RANDOM = np.random.default_rng(5)


def exact_solution(columns, target, weight=None):
    """Least squares with an intercept by Fractions; each coefficient rounded once."""
    n = len(target)
    rows = [[Fraction(1)] * n, *([Fraction(float(v)) for v in column] for column in columns)]
    weights = [Fraction(1)] * n if weight is None else [Fraction(float(w)) for w in weight]
    y = [Fraction(float(value)) for value in target]
    matrix = [
        [
            sum(w * a * b for w, a, b in zip(weights, left, right, strict=True))
            for right in [*rows, y]
        ]
        for left in rows
    ]
    for k in range(len(rows)):
        pivot = next(i for i in range(k, len(rows)) if matrix[i][k])
        matrix[k], matrix[pivot] = matrix[pivot], matrix[k]
        matrix[k] = [value / matrix[k][k] for value in matrix[k]]
        for i in range(len(rows)):
            if i != k:
                matrix[i] = [
                    a - matrix[i][k] * b for a, b in zip(matrix[i], matrix[k], strict=True)
                ]
    return [float(row[-1]) for row in matrix]


def coefficients_of(result):
    return [result.model.intercept, *result.model.coefficients]


def state_of(statistic, columns, target):
    if not len(target):
        return statistic.zero()
    features = Features(tuple(Feature(f"x{i}", c) for i, c in enumerate(columns)), len(target))
    return statistic.add(statistic.zero(), TrainingBatch(features, target, None))


@settings(max_examples=50)
@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(6, 12))
def test_coefficients_are_exact_to_the_last_digit(seed, p, n):
    generator = np.random.default_rng(seed)
    columns = generator.normal(size=(p, n)) * 10.0 ** generator.integers(-8, 8, (p, 1))
    target = generator.normal(size=n)
    statistic = LeastSquares(intercept=True)
    state = state_of(statistic, columns, target)
    assert coefficients_of(statistic.finish(state)) == exact_solution(columns, target)


def test_a_line_through_points_is_found_exactly(fit):
    result = fit({"x": [1, 2, 3, 4]}, [5, 7, 9, 11])
    assert coefficients_of(result) == [3.0, 2.0]
    assert result.warnings == ()


def test_without_an_intercept_the_line_goes_through_0(fit):
    result = fit({"x": [1, 2, 3]}, [2, 4, 7], intercept=False)
    assert coefficients_of(result) == [0.0, 31 / 14]


@pytest.mark.parametrize("p", [1, 12, 60])
def test_coefficients_agree_with_lapack(fit, p):
    columns = RANDOM.normal(size=(p, 500))
    target = RANDOM.normal(size=500)
    got = coefficients_of(fit({f"x{i}": column for i, column in enumerate(columns)}, target))
    wanted = np.linalg.lstsq(np.column_stack([np.ones(500), *columns]), target, rcond=None)[0]
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-12)


@settings(max_examples=25)
@given(st.permutations(range(40)), st.lists(st.integers(0, 10), max_size=4))
def test_no_order_or_cut_of_the_rows_plays_a_part(order, cuts):
    columns = np.random.default_rng(1).normal(size=(2, 40))
    target = columns[0] * 3 - columns[1] + np.random.default_rng(2).normal(size=40)
    wanted = LeastSquares(intercept=True)
    whole = state_of(wanted, columns, target)
    shuffled = columns[:, list(order)], target[list(order)]
    bounds = [0, *np.cumsum(cuts).tolist(), 40]
    state = wanted.zero()
    for start, end in pairwise(bounds):
        part = state_of(wanted, shuffled[0][:, start:end], shuffled[1][start:end])
        state = wanted.merge(part, state)
    assert wanted.finish(state).model.state() == wanted.finish(whole).model.state()


def test_a_whole_weight_is_as_many_rows(fit):
    weighted = fit({"x": [1, 2, 4]}, [1, 3, 2], [3, 1, 2])
    repeated = fit({"x": [1, 1, 1, 2, 4, 4]}, [1, 1, 1, 3, 2, 2])
    assert coefficients_of(weighted) == coefficients_of(repeated)


def test_fractional_weights_are_exact_where_their_products_are(fit):
    columns, target = [[1.0, 2.0, 4.0, 7.0]], [1.0, 3.0, 2.0, 5.0]
    weight = [0.5, 1.25, 0.125, 3.0]
    got = coefficients_of(fit({"x": columns[0]}, target, weight))
    assert got == exact_solution(columns, target, weight)


def test_any_weights_agree_with_lapack(fit):
    columns, target = RANDOM.normal(size=(3, 200)), RANDOM.normal(size=200)
    weight = RANDOM.uniform(0.1, 5, 200)
    got = coefficients_of(fit({f"x{i}": c for i, c in enumerate(columns)}, target, weight))
    root = np.sqrt(weight)
    matrix = np.column_stack([np.ones(200), *columns]) * root[:, None]
    wanted = np.linalg.lstsq(matrix, target * root, rcond=None)[0]
    np.testing.assert_allclose(got, wanted, rtol=1e-10)


def test_rows_of_weight_0_count_for_nothing(fit):
    with_zero = fit({"x": [1, 2, 4, 9]}, [1, 3, 2, -50], [1, 1, 1, 0])
    assert coefficients_of(with_zero) == coefficients_of(fit({"x": [1, 2, 4]}, [1, 3, 2]))


def test_weights_of_0_throughout_are_a_data_error(fit):
    with pytest.raises(DataError, match="All weights of the training rows are 0"):
        fit({"x": [1, 2]}, [1, 2], [0, 0])


def test_no_rows_are_a_data_error():
    statistic = LeastSquares(intercept=True)
    with pytest.raises(DataError, match="There are no training rows"):
        statistic.finish(statistic.zero())


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"x": [1, 2, 3, 4], "twice": [2, 4, 6, 8]}, "'twice' is a linear combination of: x"),
        (
            {"a": [1, 5, 3, 2], "b": [4, 4, 2, 9], "sum": [5, 9, 5, 11]},
            "'sum' is a linear combination of: a, b",
        ),
        (
            {"a": [1, 0, 0, 1], "b": [0, 1, 1, 0]},
            "'b' is a linear combination of: the intercept, a",
        ),
        (
            {"celsius": [1.1, 5.3, 3.7, 2.9], "fahrenheit": [33.98, 41.54, 38.66, 37.22]},
            "'fahrenheit' is a linear combination of: the intercept, celsius",
        ),
        (
            {"x": [0.1, 0.2, 0.3, 0.7], "scaled": [0.1 / 3, 0.2 / 3, 0.3 / 3, 0.7 / 3]},
            "'scaled' is a linear combination of: x",
        ),
    ],
)
def test_collinear_features_are_named(fit, columns, said):
    with pytest.raises(DataError) as caught:
        fit(columns, [1.0, 2.0, 0.0, 5.0])
    assert said in caught.value.what
    assert "leave one of them out" in caught.value.fix


def test_features_that_are_nearly_collinear_are_fitted(fit):
    x = np.arange(1.0, 9.0)
    nearly = x + 1e-9 * np.array([1, -1, 1, 1, -1, 1, -1, -1])
    target = RANDOM.normal(size=8)
    got = coefficients_of(fit({"x": x, "nearly": nearly}, target))
    assert got == exact_solution([x, nearly], target)


def test_fewer_rows_than_coefficients_are_a_data_error(fit):
    with pytest.raises(DataError, match="2 training rows for 3 coefficients") as caught:
        fit({"a": [1, 2], "b": [3, 5]}, [1, 2])
    assert "more rows, or on fewer features" in caught.value.fix


def test_as_many_rows_as_coefficients_are_enough(fit):
    assert coefficients_of(fit({"x": [1, 3]}, [1, 5])) == [-1.0, 2.0]


@pytest.mark.parametrize("value", [0.0, 7.0, 0.1, -1e9, 1e-8])
def test_a_constant_feature_has_the_coefficient_0_and_a_warning(fit, value):
    result = fit({"x": [1, 2, 3], "same": [value] * 3}, [2, 4, 6])
    assert coefficients_of(result) == [0.0, 2.0, 0.0]
    assert result.warnings == ("constant features have the coefficient 0: same",)


def test_without_an_intercept_only_a_feature_of_zeros_is_constant(fit):
    result = fit({"ones": [1, 1, 1], "zeros": [0, 0, 0]}, [1, 2, 6], intercept=False)
    assert coefficients_of(result) == [0.0, 3.0, 0.0]
    assert result.warnings == ("constant features have the coefficient 0: zeros",)


def test_a_single_row_is_fitted_by_its_target_with_a_warning(fit):
    result = fit({"x": [5], "z": [0]}, [42])
    assert coefficients_of(result) == [42.0, 0.0, 0.0]
    assert result.warnings[0] == "fitted on a single row"
    assert "x, z" in result.warnings[1]


def test_a_small_spread_around_a_great_mean_costs_no_digits(fit):
    x = 1e9 + np.array([0.0, 1.0, 2.0, 3.0])
    assert coefficients_of(fit({"x": x}, [1, 3, 5, 7])) == [1 - 2e9, 2.0]


def test_columns_of_very_different_scale_are_solved_exactly(fit):
    columns = [np.array([1e-120, 3e-120, 2e-120, 7e-120]), np.array([1e120, 2e120, 9e120, 4e120])]
    target = np.array([1.0, 2.0, 3.0, 5.0])
    got = coefficients_of(fit({"small": columns[0], "great": columns[1]}, target))
    assert got == exact_solution(columns, target)


def test_batches_of_any_size_give_the_same_bytes(fit):
    columns = {"a": RANDOM.normal(size=50), "b": RANDOM.normal(size=50)}
    target = RANDOM.normal(size=50)
    wanted = fit(columns, target).model.state()
    for sizes in ([50], [1] * 50, [7] * 7 + [1], [49, 1]):
        assert fit(columns, target, sizes=sizes).model.state() == wanted
