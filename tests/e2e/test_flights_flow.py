"""The demo: two stitched pipelines on all flights, by the local runner and the real entrypoint."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parents[2]
FLOW = ROOT / "orchestration/flows/flights.yaml"
STEPS = ["train_linreg", "score_linreg", "train_xgb", "score_xgb"]


def run_flow(headrace, root, flow=FLOW, *, code=0):
    command = [headrace, "flow", "run", flow, "--root", root]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="module")
def finished(headrace, flights, tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    (root / "flights").symlink_to(flights)
    return root, run_flow(headrace, root)


def manifest(root, kind, name):
    (path,) = root.glob(f"{kind}/flights.{name}/versions/*/_manifest.json")
    return json.loads(path.read_text())


def test_the_table_shows_each_step_with_its_rows_and_the_metrics_of_both_models(finished):
    _, done = finished
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if line.strip()}
    for step in STEPS:
        assert "336,776" in lines[step]
    assert re.search(r"rmse 1[78]\.\d+.*r2 0\.8\d+", lines["train_linreg"])
    assert re.search(r"rmse 1\d\.\d+.*r2 0\.[89]\d+", lines["train_xgb"])


def test_every_flight_is_scored_by_both_models_in_its_order(finished, flights):
    root, _ = finished
    scored = manifest(root, "datasets", "score_xgb")
    assert scored["rows"]["written"] == 336_776
    folder = root / "datasets/flights.score_xgb/versions" / scored["version"]
    table = pq.read_table(folder, columns=["id", "linreg_prediction", "xgb_prediction"])
    files = sorted(flights.glob("month=*/*.parquet"))
    ids = [row for file in files for row in pq.ParquetFile(file).read(["id"])["id"].to_pylist()]
    assert table.column("id").to_pylist() == ids
    assert len(set(ids)) == 336_776
    assert table.column("linreg_prediction").null_count == 0
    assert table.column("xgb_prediction").null_count == 0


def test_flights_without_an_arrival_delay_are_counted_and_not_learnt_from(finished):
    root, _ = finished
    for name in ("train_linreg", "train_xgb"):
        rows = manifest(root, "models", name)["rows"]
        assert rows["unlabelled"] == 9_430
        assert rows["rejected"] == 0
        assert rows["trained"] + rows["holdout"] == 336_776 - 9_430


def test_the_second_model_is_better_on_the_same_holdout(finished):
    root, _ = finished
    first, second = (manifest(root, "models", name) for name in ("train_linreg", "train_xgb"))
    assert first["rows"]["holdout"] == second["rows"]["holdout"]
    assert second["metrics"]["holdout"]["rmse"] < first["metrics"]["holdout"]["rmse"]


def test_the_second_model_knows_whose_predictions_it_learnt_from(finished):
    root, _ = finished
    (entry,) = manifest(root, "models", "train_xgb")["inputs"]
    (used,) = entry["models"]
    assert used["digest"] == manifest(root, "models", "train_linreg")["digest"]
    assert used["pipeline"] == "linreg"


def test_promote_and_publish_have_moved_their_aliases(headrace, finished):
    root, _ = finished
    for kind, reference in (
        ("models", "flights.train_xgb@champion"),
        ("datasets", "flights.score_xgb@published"),
    ):
        shown = [headrace, kind, "show", reference, "--root", root, "--json"]
        assert json.loads(subprocess.run(shown, capture_output=True, check=True).stdout)


def test_running_again_does_nothing_twice(headrace, finished):
    root, _ = finished
    before = sorted(path for path in root.rglob("*") if path.is_file() and path.suffix != ".log")
    times = {path: path.stat().st_mtime_ns for path in before if "versions" in path.parts}
    again = run_flow(headrace, root)
    assert again.stdout.count("336,776") == len(STEPS)
    assert again.stderr.count("done before") == len(STEPS)
    assert all(path.stat().st_mtime_ns == time for path, time in times.items())


def test_a_failed_step_says_which_and_why_and_how_to_go_on(headrace, flights, tmp_path):
    (tmp_path / "flights").symlink_to(flights)
    folder = tmp_path / "flows"
    shutil.copytree(FLOW.parent, folder)
    params = folder / "flights/xgb.yaml"
    good = params.read_text()
    params.write_text(good.replace("- dep_delay", "- dep_dealy"))
    failed = run_flow(headrace, tmp_path, folder / FLOW.name, code=4)
    assert "train_xgb" in failed.stderr
    assert "Column 'dep_dealy' (feature) is missing" in failed.stderr
    assert "did you mean 'dep_delay'?" in failed.stderr
    (resume,) = re.findall(r"headrace flow run .*", failed.stderr)
    params.write_text(good)
    resumed = subprocess.run(
        [headrace, *resume.split()[1:]], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stderr.count("done before") == 2
