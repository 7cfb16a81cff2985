"""What linreg's params and the options of scoring come to in whole runs."""

import json

import pyarrow as pa
import pytest

from headrace.errors import RequestError
from headrace.testing import regression_sample, sample_params
from headrace.testing.trial import Trial

PATH = [0.0, 1.0, 10.0, 100.0]


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return Trial("linreg", sample_params() | {"ridge": PATH}, tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def chosen(trial):
    return trial.train(regression_sample(), "chosen")


@pytest.fixture(scope="module")
def ridge(tmp_path_factory):
    trial = Trial("linreg", sample_params() | {"ridge": 10.0}, tmp_path_factory.mktemp("ridge"))
    return trial, trial.train(regression_sample(), "model")


def test_of_a_ridge_path_the_bundle_has_the_best_model_only(trial, chosen):
    summary = json.loads(chosen.files["summary.json"])
    (_, path) = summary["tables"]
    assert [row[0] for row in path["rows"]] == PATH
    best = min(path["rows"], key=lambda row: row[1])
    assert best[3] == "*"
    assert chosen.manifest.metrics["cross_validation"]["rmse"] == best[1]
    assert chosen.manifest.metrics["cross_validation"]["rmse_std"] == best[2]
    models = [path for path in chosen.files if path.endswith("linear.json")]
    assert models == [*(f"folds/{fold}/linear.json" for fold in range(3)), "model/linear.json"]


def test_a_ridge_path_does_not_depend_on_the_order_of_rows(trial, chosen):
    table = regression_sample()
    backwards = table.take(pa.array(range(table.num_rows - 1, -1, -1)))
    again = trial.train(backwards, "backwards")
    for path, data in chosen.files.items():
        assert path == "golden.arrow" or again.files[path] == data, path


def test_fold_models_carry_no_precision(chosen):
    assert [path for path in chosen.files if path.endswith("inference.json")] == [
        "model/inference.json"
    ]


def test_a_model_without_folds_has_no_cross_validation(tmp_path):
    trial = Trial("linreg", sample_params() | {"folds": 0, "holdout": 0}, tmp_path)
    assert trial.train(regression_sample(300), "model").manifest.metrics == {}


def test_dropped_features_are_in_the_manifests_warnings(tmp_path):
    table = regression_sample(300)
    table = table.append_column("double", pa.array([x * 2 for x in table["x"].to_pylist()]))
    params = sample_params()
    params["features"] = [*params["features"], "double"]
    trial = Trial("linreg", params | {"collinear": "drop"}, tmp_path)
    trained = trial.train(table, "model")
    assert trained.manifest.warnings == (
        "feature 'double' is dropped, for it is a linear combination of: x",
    )
    assert len(trained.bundle.fold_models) == 3


def test_a_ridge_model_refuses_intervals_before_any_work(ridge):
    trial, trained = ridge
    with pytest.raises(RequestError, match="a ridge penalty biases its coefficients") as caught:
        trial.score(trained.manifest, regression_sample(300), interval=0.9)
    assert caught.value.where == trained.manifest.address


def test_intervals_are_not_out_of_fold(ridge):
    trial, trained = ridge
    with pytest.raises(RequestError, match="do not go together") as caught:
        trial.score(trained.manifest, regression_sample(300), interval=0.9, out_of_fold=True)
    assert "score twice" in caught.value.fix


def test_a_column_of_an_interval_that_is_there_already_is_refused(tmp_path):
    trial = Trial("linreg", sample_params(), tmp_path)
    trained = trial.train(regression_sample(300), "model")
    scored = trial.score(trained.manifest, regression_sample(300), interval=0.9).table
    from_before = scored.drop_columns(["linreg_prediction", "linreg_prediction_upper"])
    with pytest.raises(Exception, match="already has a column 'linreg_prediction_lower'"):
        trial.score(trained.manifest, from_before, interval=0.9)
