"""The flights by another second stage, without a change to the first."""

import json
import subprocess
from pathlib import Path

import pytest

FLOW = Path(__file__).parents[2] / "orchestration/flows/flights_lgbm.yaml"


@pytest.fixture(scope="module")
def root(headrace, flights, tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    (root / "flights").symlink_to(flights)
    command = [headrace, "flow", "run", FLOW, "--root", root]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert done.returncode == 0, done.stderr
    return root


def manifest(root, kind, step):
    (path,) = root.glob(f"{kind}/flights_lgbm.{step}/versions/*/_manifest.json")
    return json.loads(path.read_text())


def test_every_flight_is_scored_by_lightgbm(root):
    scored = manifest(root, "datasets", "score_lgbm")
    assert scored["rows"]["written"] == 336_776
    assert {"name": "lgbm_prediction", "type": "double"} in scored["columns"]


def test_the_trees_are_better_than_the_line_they_build_on(root):
    first, second = (manifest(root, "models", name) for name in ("train_linreg", "train_lgbm"))
    assert first["rows"]["holdout"] == second["rows"]["holdout"]
    assert second["metrics"]["holdout"]["rmse"] < first["metrics"]["holdout"]["rmse"]
    assert second["warnings"] == []
