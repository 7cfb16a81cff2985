"""A model goes to scikit-learn and comes back; docs/how-to/scikit-learn.md shows parts of this."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.utils.validation import check_is_fitted

from headrace.errors import RequestError
from headrace.models.loading import load_bundle
from headrace.plugins.manager import discover
from headrace.storage import Versions
from headrace.testing import regression_sample, sample_params
from headrace.testing.trial import Trial
from headrace_linreg.model import LinearModel
from headrace_linreg.sklearn import from_sklearn, to_sklearn


@pytest.fixture(scope="module", params=[0.0, 2.5], ids=["ordinary", "ridge"])
def trained(request, tmp_path_factory):
    """Return a bundle, and rows that it can score."""
    folder = tmp_path_factory.mktemp("linreg")
    trial = Trial("linreg", sample_params() | {"ridge": request.param}, folder)
    found = trial.train(regression_sample(), "delay")
    return found.bundle, found.good_rows(regression_sample()), request.param, folder / "root"


def test_an_estimator_predicts_what_the_bundle_predicts(trained):
    bundle, rows, ridge, _ = trained
    estimator = to_sklearn(bundle)
    check_is_fitted(estimator)
    assert type(estimator) is (Ridge if ridge else LinearRegression)
    features = bundle.preparation.features(rows)
    matrix = np.column_stack([column.values for column in features.columns])
    assert list(estimator.feature_names_in_) == list(features.names)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        got = estimator.predict(matrix)
    np.testing.assert_allclose(got, bundle.predict(rows).to_numpy(), rtol=1e-12)
    assert clone(estimator).get_params() == estimator.get_params()


def test_there_and_back_is_the_same_model(trained):
    bundle, rows, _, _ = trained
    model = from_sklearn(to_sklearn(bundle))
    assert model.names == bundle.model.names
    assert model.state()["linear.json"] == bundle.model.state()["linear.json"]
    assert model.predict(bundle.preparation.features(rows)).equals(bundle.predict(rows))


def test_the_how_to(trained):
    _, rows, _, root = trained
    bundle = load_published(f"{root}/models/delay")
    estimator = to_sklearn(bundle)
    features = bundle.preparation.features(rows)
    matrix = np.column_stack([column.values for column in features.columns])
    predicted = matrix @ estimator.coef_ + estimator.intercept_
    np.testing.assert_allclose(predicted, bundle.predict(rows), rtol=1e-12)
    model = from_sklearn(estimator)
    assert model.predict(features).equals(bundle.predict(rows))


def load_published(uri):
    versions = Versions(uri, "model")
    manifest = versions.manifest(versions.resolve("latest"))
    return load_bundle(versions.files_uri(manifest), manifest.files, discover())


@pytest.mark.parametrize("estimator", [LinearRegression(), Ridge(alpha=3.0)])
@pytest.mark.parametrize("intercept", [True, False])
def test_a_fitted_estimator_becomes_a_model_of_the_same_numbers(estimator, intercept):
    generator = np.random.default_rng(4)
    matrix, target = generator.normal(size=(20, 3)), generator.normal(size=20)
    fitted = clone(estimator).set_params(fit_intercept=intercept).fit(matrix, target)
    model = from_sklearn(fitted)
    assert model.names == ("x0", "x1", "x2")
    assert np.array(model.coefficients).tobytes() == fitted.coef_.tobytes()
    assert model.intercept == fitted.intercept_
    assert LinearModel.from_state(model.state()).state() == model.state()
    assert from_sklearn(fitted, ["a", "b", "c"]).names == ("a", "b", "c")


def test_one_target_in_a_column_is_one_target():
    generator = np.random.default_rng(4)
    matrix, target = generator.normal(size=(20, 3)), generator.normal(size=(20, 1))
    assert len(from_sklearn(LinearRegression().fit(matrix, target)).coefficients) == 3


def not_linear():
    x = np.arange(6.0).reshape(-1, 1)
    two = LinearRegression().fit(np.eye(3), np.eye(3)[:, :2])
    broken = LinearRegression().fit(x, x[:, 0])
    broken.coef_ = np.array([np.nan])
    return [
        (LinearRegression(), None, "no fitted linear regression"),
        (LogisticRegression().fit(x, x[:, 0] > 2), None, "no fitted linear regression"),
        (two, None, r"several targets: coef_ has the shape \(2, 3\)"),
        (broken, None, "not finite"),
        (LinearRegression().fit(x, x[:, 0]), ["a", "b"], "1 coefficients, and 2 different names"),
    ]


@pytest.mark.parametrize(("estimator", "names", "message"), not_linear())
def test_what_is_no_linear_model_is_refused(estimator, names, message):
    with pytest.raises(RequestError, match=message):
        from_sklearn(estimator, names)


def test_a_bundle_of_another_model_is_refused(trained):
    class Other:
        def predict(self, features):
            return pa.array(np.zeros(features.n_rows))

    with pytest.raises(RequestError, match="A Other is no linear model"):
        to_sklearn(Other())
