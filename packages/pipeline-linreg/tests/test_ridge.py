"""Penalties, what is left out, and what the folds say."""

import numpy as np
import pytest
from pydantic import ValidationError

from headrace.data.features import Feature, Features, TrainingBatch
from headrace.errors import DataError, RequestError
from headrace.models.fold_states import FoldStates
from headrace_linreg.params import LinregParams
from headrace_linreg.statistic import LeastSquares

RANDOM = np.random.default_rng(8)
COLUMNS = RANDOM.normal(size=(3, 60)) + np.array([[100.0], [0.0], [-3.0]])
TARGET = COLUMNS[0] - 2 * COLUMNS[1] + RANDOM.normal(size=60)
NAMES = ("a", "b", "c")
PARAMS = {"features": ["x"], "target": "y", "key": ["id"]}


def sums(statistic, chosen):
    features = Features(
        tuple(Feature(name, column[chosen]) for name, column in zip(NAMES, COLUMNS, strict=True)),
        int(chosen.sum()),
    )
    return statistic.add(statistic.zero(), TrainingBatch(features, TARGET[chosen], None))


def by_fold(statistic, n_folds=4):
    place = np.arange(60) % n_folds
    return {fold: sums(statistic, place == fold) for fold in range(n_folds)}


def settled_on(statistic, states):
    found = FoldStates.of(statistic, states, len(states))
    return statistic.settled(found.by_fold, found.rests)


@pytest.mark.parametrize("weight", [None, RANDOM.uniform(0.1, 3, 60)])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("ridge", [1e-6, 0.3, 40.0])
def test_ridge_minimises_squared_errors_and_the_penalty(fit, ridge, intercept, weight):
    got = fit(
        dict(zip(NAMES, COLUMNS, strict=True)), TARGET, weight, intercept=intercept, ridge=ridge
    ).model
    matrix = np.column_stack([np.ones(60), *COLUMNS] if intercept else COLUMNS)
    w = np.ones(60) if weight is None else weight
    penalty = np.diag([0.0] * intercept + [ridge] * 3)
    wanted = np.linalg.solve(matrix.T @ (w[:, None] * matrix) + penalty, matrix.T @ (w * TARGET))
    found = [got.intercept, *got.coefficients] if intercept else got.coefficients
    np.testing.assert_allclose(found, wanted, rtol=1e-9)
    hat = np.trace(
        np.linalg.solve(
            matrix.T @ (w[:, None] * matrix) + penalty, matrix.T @ (w[:, None] * matrix)
        )
    )
    assert got.inference.effective_coefficients == pytest.approx(hat, rel=1e-9)
    residuals = TARGET - matrix @ wanted
    centre = np.average(TARGET, weights=w) if intercept else 0.0
    r2 = 1 - (w * residuals**2).sum() / (w * (TARGET - centre) ** 2).sum()
    assert got.inference.r2 == pytest.approx(r2, rel=1e-9)


def test_a_ridge_fit_has_no_standard_errors_and_no_intervals(fit):
    model = fit({"x": [1, 2, 4]}, [1, 3, 2], ridge=1.0).model
    assert model.inference.precision is None
    assert model.summary().tables[0].columns == ("feature", "coefficient")
    with pytest.raises(RequestError, match="a ridge penalty biases its coefficients") as caught:
        model.predict_interval(Features((Feature("x", np.zeros(1)),), 1), 0.9)
    assert "ridge=0" in caught.value.fix


def test_a_penalty_makes_collinear_features_share(fit):
    x = np.array([1.0, 2.0, 3.0, 5.0])
    model = fit({"x": x, "same": x}, 2 * x, ridge=1e-9).model
    assert model.coefficients[0] == model.coefficients[1] == pytest.approx(1.0)


def test_ridge_fits_fewer_rows_than_coefficients(fit):
    model = fit({"a": [1, 2], "b": [3, 5]}, [1, 2], ridge=0.5).model
    assert np.isfinite([model.intercept, *model.coefficients]).all()


def test_collinear_features_are_dropped_in_order_and_named(fit):
    columns = {"a": [1, 5, 3, 2, 2], "b": [4, 4, 2, 9, 1], "sum": [5, 9, 5, 11, 3]}
    columns |= {"c": [1, 0, 0, 0, 5], "three": [3, 3, 3, 3, 3], "again": [1, 5, 3, 2, 2]}
    target = [1.0, 2.0, 0.0, 5.0, 3.0]
    result = fit(columns, target, collinear="drop")
    wanted = fit({name: columns[name] for name in ("a", "b", "c")}, target).model
    assert result.model.coefficients == (
        *(*wanted.coefficients[:2], 0.0, wanted.coefficients[2], 0.0, 0.0),
    )
    assert result.model.inference.precision.terms == (0, 1, 2, 4)
    assert (
        result.model.inference.precision.standard_errors
        == wanted.inference.precision.standard_errors
    )
    assert result.warnings == (
        "constant features have the coefficient 0: three",
        "feature 'sum' is dropped, for it is a linear combination of: a, b",
        "feature 'again' is dropped, for it is a linear combination of: a",
    )


def test_weights_hide_no_collinearity(fit):
    columns = {"a": RANDOM.normal(size=50), "b": RANDOM.normal(size=50)}
    columns["sum"] = columns["a"] + columns["b"]
    with pytest.raises(DataError, match="'sum' is a linear combination of: a, b") as caught:
        fit(columns, RANDOM.normal(size=50), RANDOM.uniform(0.1, 3, 50))
    assert "collinear=drop" in caught.value.fix


def test_folds_are_measured_exactly_by_the_models_that_never_saw_them():
    statistic = LeastSquares(intercept=True)
    states = by_fold(statistic)
    for fold, state in states.items():
        place = np.arange(60) % 4 == fold
        model = statistic.finish_fold(sums(statistic, ~place))
        assert model.inference is None
        predicted = model.intercept + sum(
            c * x[place] for c, x in zip(model.coefficients, COLUMNS, strict=True)
        )
        errors = TARGET[place] - predicted
        measured = statistic.measure(model, state)
        assert measured["rmse"] == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-12)
        assert measured["r2"] == pytest.approx(
            1 - errors.var() / TARGET[place].var() - errors.mean() ** 2 / TARGET[place].var(),
            rel=1e-9,
        )


def test_the_best_ridge_of_a_list_is_chosen_by_the_folds():
    statistic = LeastSquares(intercept=True, ridge=(1e3, 0.0, 1.0, 1e6))
    settled = settled_on(statistic, by_fold(statistic))
    result = settled.finish(sums(statistic, np.ones(60, bool)))
    path = result.model.inference.path
    assert [step.ridge for step in path] == [0.0, 1.0, 1e3, 1e6]
    best = min(path, key=lambda step: step.rmse)
    assert result.model.inference.ridge == best.ridge
    single = LeastSquares(intercept=True, ridge=best.ridge)
    alone = single.finish(sums(single, np.ones(60, bool))).model
    assert result.model.coefficients == alone.coefficients
    titles = [table.title for table in result.model.summary().tables]
    assert titles == ["Coefficients", "Ridge path, by cross-validation"]
    chosen = [row for row in result.model.summary().tables[1].rows if row[-1] == "*"]
    assert [row[0] for row in chosen] == [best.ridge]


def test_a_ridge_at_an_end_of_the_list_is_a_warning():
    statistic = LeastSquares(intercept=True, ridge=(1e8, 1e9))
    settled = settled_on(statistic, by_fold(statistic))
    warnings = settled.finish(sums(statistic, np.ones(60, bool))).warnings
    assert warnings == ("the best ridge, 1e+08, is at an end of those given",)


def test_one_fold_is_not_enough_to_choose():
    statistic = LeastSquares(intercept=True, ridge=(0.1, 1.0))
    states = by_fold(statistic, 1)
    with pytest.raises(DataError, match="training rows"):
        settled_on(statistic, states)


def test_folds_and_fits_do_not_depend_on_the_order_of_rows():
    statistic = LeastSquares(intercept=True, ridge=(0.1, 1.0))
    states = by_fold(statistic)
    other = {fold: states[fold] for fold in reversed(states)}
    everything = sums(statistic, np.ones(60, bool))
    one, two = (settled_on(statistic, folds).finish(everything).model for folds in (states, other))
    assert one.state() == two.state()


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"ridge": -1}, "greater than or equal to 0"),
        ({"ridge": [1, -1]}, "greater than or equal to 0"),
        ({"ridge": []}, "at least 1 item"),
        ({"ridge": float("inf")}, "finite number"),
        ({"ridge": [1, 2], "folds": 0}, "folds is 0; wanted one number, or folds of 2 and more"),
        ({"collinear": "keep"}, "'error' or 'drop'"),
    ],
)
def test_params_that_mean_nothing_are_refused(params, message):
    with pytest.raises(ValidationError, match=message):
        LinregParams.model_validate(PARAMS | params)
