"""Target encoding through whole runs, on targets that are pure noise: there is no skill to be had.

Each category has two rows. Encoded by all rows, its own among them, it would tell half of the
target, and every model would trust it.
"""

import numpy as np
import pyarrow as pa
import pytest

from headrace.data.keys import fold_of, hash_keys, is_holdout
from headrace.runtime.run import run
from headrace.testing.trial import Trial, one_batch

N_ROWS = 1_600
N_FOLDS = 4
PERTURBED = 1
RANDOM = np.random.default_rng(11)
TABLE = pa.table(
    {
        "id": RANDOM.permutation(N_ROWS),
        "pair": [f"pair {row // 2}" for row in range(N_ROWS)],
        "single": [f"single {row}" for row in range(N_ROWS)],
        "x": RANDOM.normal(size=N_ROWS),
        "y": RANDOM.normal(size=N_ROWS),
        "w": RANDOM.uniform(0.5, 2, N_ROWS),
    }
)
Y = TABLE.column("y").to_numpy()
HASHES = hash_keys(one_batch(TABLE), ["id"], 0)
HELD = is_holdout(HASHES, 0.2)
FOLDS = fold_of(HASHES, N_FOLDS)
ENCODE = {"target_encode": {"smoothing": 1}}
PARAMS = {
    "features": ["pair", "single", "x"],
    "target": "y",
    "key": ["id"],
    "folds": N_FOLDS,
    "transforms": {"pair": [ENCODE, {"interaction": {"with": ["x"]}}], "single": [ENCODE]},
}
PIPELINES = {"linreg": PARAMS, "xgb": PARAMS | {"rounds": 8, "max_depth": 3}}


def with_target(target):
    return TABLE.set_column(TABLE.schema.get_field_index("y"), "y", pa.array(target))


def r2(target, prediction):
    return 1 - ((target - prediction) ** 2).sum() / ((target - target.mean()) ** 2).sum()


@pytest.fixture(scope="module", params=PIPELINES)
def trial(request, tmp_path_factory):
    name = request.param
    return Trial(name, PIPELINES[name], tmp_path_factory.mktemp(name))


@pytest.fixture(scope="module")
def trained(trial):
    return trial.train(TABLE, "noise")


@pytest.fixture(scope="module")
def perturbed(trial):
    """Return a training on the same rows, but that the targets of a fold are others."""
    other = np.where((FOLDS == PERTURBED) & ~HELD, 1e3 * Y + 7, Y)
    return trial.train(with_target(other), "perturbed")


def test_encoded_by_its_own_target_a_pair_would_tell_half_of_it():
    sums = np.bincount(np.arange(N_ROWS) // 2, weights=Y)
    assert r2(Y, sums.repeat(2) / 2) == pytest.approx(0.5, abs=0.05)


def test_noise_stays_noise_out_of_fold_and_in_the_holdout(trial, trained):
    assert trained.manifest.metrics["holdout"]["rmse"] < 1.05 * Y[HELD].std()
    scored = trial.score(trained.manifest, TABLE, out_of_fold=True).table
    prediction = scored.column(f"{trial.pipeline}_prediction").to_numpy().astype(float)
    for rows in (~HELD, HELD):
        assert -0.1 < r2(Y[rows], prediction[rows]) < 0.05


def test_cross_validation_from_sums_is_that_of_the_out_of_fold_predictions(trial, trained):
    found = trained.manifest.metrics.get("cross_validation")
    if found is None:
        assert trial.pipeline == "xgb"
        return
    prediction = trained.bundle.predict_out_of_fold(one_batch(TABLE)).to_numpy()
    rmse = [
        np.sqrt(np.mean((Y - prediction)[(fold == FOLDS) & ~HELD] ** 2)) for fold in range(N_FOLDS)
    ]
    assert found["rmse"] == pytest.approx(np.mean(rmse), rel=1e-9)
    assert found["rmse_std"] == pytest.approx(np.std(rmse, ddof=1), rel=1e-6)


def test_a_fold_model_knows_nothing_of_its_folds_targets(trained, perturbed):
    files = [
        {path: data for path, data in each.files.items() if path.startswith(f"folds/{PERTURBED}/")}
        for each in (trained, perturbed)
    ]
    assert files[0]
    assert files[0] == files[1]
    for path, data in trained.files.items():
        if path.startswith(("model/", "folds/")) and path not in files[0]:
            assert data != perturbed.files[path]


def test_a_folds_rows_are_scored_as_if_their_targets_had_never_been(trained, perturbed):
    rows = one_batch(TABLE).filter(pa.array((FOLDS == PERTURBED) & ~HELD))
    one, other = (each.bundle.predict_out_of_fold(rows) for each in (trained, perturbed))
    assert one.equals(other)
    assert not trained.bundle.predict(rows).equals(perturbed.bundle.predict(rows))


@pytest.fixture(scope="module")
def weighted(tmp_path_factory):
    params = PARAMS | {"weight": "w", "ridge": [0.1, 10.0]}
    return Trial("linreg", params, tmp_path_factory.mktemp("weighted"))


def test_linreg_gives_the_same_bytes_in_any_order_and_cut(weighted):
    wanted = weighted.train(TABLE, "whole").files
    shuffled = TABLE.take(pa.array(np.random.default_rng(5).permutation(N_ROWS)))
    pieces = [shuffled.slice(0, 100), shuffled.slice(100, 900), shuffled.slice(1_000)]
    request = weighted.training(weighted.write(pieces, row_group_size=170), "pieces")
    assert weighted.published(run(request, weighted.plugins)[0]).files == wanted


def test_a_share_is_the_encoding_of_a_binary_target(tmp_path):
    random = np.random.default_rng(2)
    color = random.integers(0, 3, N_ROWS)
    hit = random.random(N_ROWS) < np.array([0.1, 0.5, 0.9])[color]
    table = pa.table({"id": range(N_ROWS), "color": color.astype(str), "hit": hit})
    params = {
        "features": ["color"],
        "target": "hit",
        "key": ["id"],
        "objective": "binary",
        "rounds": 20,
        "folds": 3,
        "transforms": {"color": ["target_encode"]},
    }
    trained = Trial("xgb", params, tmp_path).train(table, "shares")
    assert trained.manifest.metrics["holdout"]["auc"] > 0.8
    batch = pa.record_batch({"color": ["0", "1", "2", "never seen"]})
    shares = trained.bundle.preparation.features(batch).columns[0].values
    assert shares == pytest.approx([0.1, 0.5, 0.9, 0.5], abs=0.05)
