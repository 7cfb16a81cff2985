"""Linear regression beside statsmodels and scikit-learn, on rows that both can take."""

import numpy as np
import pyarrow as pa
import pytest
import statsmodels.api as sm
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import PredefinedSplit, cross_val_score

from headrace.data.features import Feature, Features, TrainingBatch
from headrace.data.keys import fold_of, hash_keys
from headrace.testing.trial import Trial
from headrace_linreg.statistic import LeastSquares

N_ROWS = 400
GENERATOR = np.random.default_rng(17)
COLUMNS = {
    "a": GENERATOR.normal(5, 2, N_ROWS),
    "b": GENERATOR.integers(0, 4, N_ROWS).astype(float),
    "c": GENERATOR.normal(1e4, 30, N_ROWS),
}
TARGET = 2 * COLUMNS["a"] - COLUMNS["b"] + 0.01 * COLUMNS["c"] + GENERATOR.normal(size=N_ROWS)
WEIGHT = GENERATOR.uniform(0.2, 4, N_ROWS)
MATRIX = np.column_stack(list(COLUMNS.values()))
DIGITS = 1e-9


def features_of(matrix):
    columns = zip(COLUMNS, matrix.T, strict=True)
    return Features(tuple(Feature(name, column) for name, column in columns), len(matrix))


def model_of(weight=None, **options):
    statistic = LeastSquares(**({"intercept": True} | options))
    batch = TrainingBatch(features_of(MATRIX), TARGET, weight)
    return statistic.finish(statistic.add(statistic.zero(), batch)).model


def coefficients_of(model):
    return np.array([model.intercept, *model.coefficients])


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("intercept", [True, False])
def test_statsmodels_finds_the_same_precision(weight, intercept):
    matrix = sm.add_constant(MATRIX) if intercept else MATRIX
    wanted = sm.WLS(TARGET, matrix, weights=1.0 if weight is None else weight).fit()
    model = model_of(weight, intercept=intercept)
    facts, table = model.summary().facts, model.summary().tables[0]
    rows = np.array([row[1:] for row in table.rows if row[2] is not None])
    np.testing.assert_allclose(rows[:, 0], wanted.params, rtol=DIGITS)
    np.testing.assert_allclose(rows[:, 1], wanted.bse, rtol=DIGITS)
    np.testing.assert_allclose(rows[:, 2], wanted.tvalues, rtol=DIGITS)
    np.testing.assert_allclose(rows[:, 3], wanted.pvalues, rtol=1e-6, atol=1e-300)
    np.testing.assert_allclose(rows[:, 4:], wanted.conf_int(), rtol=DIGITS)
    assert facts["r2"] == pytest.approx(wanted.rsquared, rel=DIGITS)
    assert facts["adjusted_r2"] == pytest.approx(wanted.rsquared_adj, rel=DIGITS)
    assert facts["f"] == pytest.approx(wanted.fvalue, rel=1e-7)
    assert facts["f_p"] == pytest.approx(wanted.f_pvalue, rel=1e-6, abs=1e-300)
    assert facts["residual_error"] == pytest.approx(np.sqrt(wanted.scale), rel=DIGITS)
    assert facts["degrees_of_freedom"] == wanted.df_resid


def test_statsmodels_predicts_the_same_intervals():
    new = GENERATOR.normal(size=(30, 3)) * [2, 1, 30] + [5, 2, 1e4]
    wanted = sm.OLS(TARGET, sm.add_constant(MATRIX)).fit()
    ends = wanted.get_prediction(sm.add_constant(new)).conf_int(obs=True, alpha=0.1)
    lower, upper = model_of().predict_interval(features_of(new), 0.9)
    np.testing.assert_allclose(lower.to_numpy(), ends[:, 0], rtol=DIGITS)
    np.testing.assert_allclose(upper.to_numpy(), ends[:, 1], rtol=DIGITS)


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("ridge", [0.0, 1e-3, 5.0, 1e5])
def test_scikit_learn_fits_the_same_coefficients(weight, intercept, ridge):
    estimator = (
        Ridge(alpha=ridge, fit_intercept=intercept, solver="cholesky")
        if ridge
        else LinearRegression(fit_intercept=intercept, tol=1e-15)
    )
    estimator.fit(MATRIX, TARGET, sample_weight=weight)
    got = coefficients_of(model_of(weight, ridge=ridge, intercept=intercept))
    np.testing.assert_allclose(got[1:], estimator.coef_, rtol=1e-7)
    assert got[0] == pytest.approx(estimator.intercept_, rel=1e-7)


@pytest.mark.parametrize("ridge", [0.0, 50.0])
def test_scikit_learn_cross_validates_to_the_same_metrics(tmp_path, ridge):
    table = pa.table({"id": np.arange(N_ROWS), **COLUMNS, "y": TARGET})
    params = {"features": list(COLUMNS), "target": "y", "key": ["id"], "folds": 4}
    trial = Trial("linreg", params | {"holdout": 0, "ridge": ridge}, tmp_path)
    metrics = trial.train(table, "model").manifest.metrics["cross_validation"]
    batch = table.combine_chunks().to_batches()[0]
    folds = PredefinedSplit(fold_of(hash_keys(batch, ["id"], 0), 4).astype(int))
    estimator = Ridge(alpha=ridge, solver="cholesky")
    for name, scoring in {"rmse": "neg_root_mean_squared_error", "r2": "r2"}.items():
        wanted = np.abs(cross_val_score(estimator, MATRIX, TARGET, cv=folds, scoring=scoring))
        assert metrics[name] == pytest.approx(wanted.mean(), rel=DIGITS)
        assert metrics[f"{name}_std"] == pytest.approx(wanted.std(ddof=1), rel=1e-7)
