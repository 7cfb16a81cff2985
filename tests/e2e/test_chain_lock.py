"""Trees that learnt from a linear regression, when that is trained again."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

HEADRACE = Path(sys.executable).with_name("headrace")
PARAMS = ["--set", "target=y", "--set", "key=[id]", "--set", "folds=2"]


@pytest.fixture
def run(tmp_path):
    """Return a function that runs the entrypoint; it returns exit code, manifest and errors."""

    def call(*arguments):
        done = subprocess.run(
            [HEADRACE, *arguments, "--json"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, json.loads(done.stdout or "null"), done.stderr

    return call


def write(folder, unit):
    """Write rows with a bend in them, that only trees find, and a target in some unit."""
    random = np.random.default_rng(0)
    x, z = random.normal(size=3000), random.integers(0, 5, 3000)
    y = (3 * x + z + 2 * np.sin(3 * x)) * unit
    folder.mkdir()
    pq.write_table(pa.table({"id": range(3000), "x": x, "z": z, "y": y}), folder / "0.parquet")


def test_a_target_in_another_unit_spoils_the_second_model_silently_unless_the_chain_is_locked(
    run, tmp_path
):
    """The regression is trained again on minutes that have become seconds; the trees are not."""
    write(tmp_path / "minutes", 1)
    write(tmp_path / "seconds", 60)
    first = ["train", "linreg", "--model", "first", "--set", "features=[x, z]", *PARAMS]
    features = ["--set", "features=[x, z, linreg_prediction]", "--set", "rounds=30"]
    trees = ["train", "xgb", "--model", "trees", *features, *PARAMS]
    score = ["score", "linreg", "--input", "./minutes", "--output", "scored"]
    for command in (
        [*first, "--input", "./minutes", "--version", "v1"],
        [*score, "--model", "first@v1", "--version", "v1", "--out-of-fold"],
        [*trees, "--input", "scored@v1", "--version", "v1"],
        [*first, "--input", "./seconds", "--version", "v2"],
        [*score, "--model", "first@v2", "--version", "v2"],
    ):
        code, _, errors = run(*command)
        assert code == 0, errors
    evaluate = ["evaluate", "xgb", "--model", "trees@v1", "--input"]
    _, good, _ = run(*evaluate, "scored@v1")
    code, _, errors = run(*evaluate, "scored@v2")
    assert code == 4
    assert "Column 'linreg_prediction' has predictions of " in errors
    code, bad, _ = run(*evaluate, "scored@v2", "--allow-chain", "linreg")
    assert code == 0  # all is as it should be, but for the numbers
    assert bad["rows"] == good["rows"]
    assert bad["metrics"]["input"]["rmse"] > 2 * good["metrics"]["input"]["rmse"]
    assert bad["warnings"]
