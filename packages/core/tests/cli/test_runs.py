import json
import os
import subprocess
import sys

import pytest

from headrace.contracts.manifest import Manifest

WITHOUT_BEAM = """
import sys
from headrace.cli.app import main
try:
    main()
finally:
    heavy = {"apache_beam", "pyarrow", "numpy"} & set(sys.modules)
    sys.stderr.write(f"imported: {sorted(heavy)}")
"""


@pytest.fixture
def train(headrace, rows, settings):
    def train(*arguments, pipeline="shift"):
        return headrace("train", pipeline, "--input", rows, "--model", "m", *settings, *arguments)

    return train


def test_a_training_says_where_the_model_is_and_how_good(train, root):
    ended = train("--version", "v1")
    lines = ended.out.splitlines()
    assert ended.code == 0
    assert lines[0] == f"done: {root}/models/m@v1"
    assert lines[1].startswith("  rows:    300 read, ")
    assert lines[2] == "  metrics: holdout: rmse 0, mae 0, r2 1"


@pytest.mark.parametrize("pipeline", ["shift", "shift_shards"])
def test_json_is_the_manifest_and_nothing_else_on_stdout(train, headrace, rows, pipeline):
    trained = Manifest.model_validate_json(train("--json", pipeline=pipeline).out)
    assert (trained.kind, trained.pipeline, trained.mode) == ("model", pipeline, "train")
    scored = headrace(
        *("score", pipeline, "--input", rows, "--model", "m@latest", "--output", "o", "--json")
    )
    scored = Manifest.model_validate_json(scored.out)
    assert scored.model.digest == trained.digest
    assert scored.columns[-1].name == f"{pipeline}_prediction"
    evaluated = headrace("evaluate", pipeline, "--input", rows, "--model", "m@latest", "--json")
    assert Manifest.model_validate_json(evaluated.out).metrics["input"]["r2"] == 1


def test_an_error_prints_nothing_on_stdout_with_json(train):
    ended = train("--json", "--set", "holdout=2")
    assert ended.code == 2
    assert ended.out == ""


def test_a_scoring_keeps_columns_and_adds_the_prediction(train, headrace, rows, root):
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy

    train("--version", "v1")
    ended = headrace(
        *("score", "shift", "--input", rows, "--model", "m@v1", "--output", "o"),
        *("--version", "v1", "--keep", "id, y,id", "--prediction", "guess"),
    )
    assert ended.code == 0
    (part,) = root.glob("datasets/o/versions/v1/*/part-00001.parquet")
    table = pq.read_table(part)
    assert table.column_names == ["id", "y", "guess"]
    assert table["id"].to_pylist() == list(range(100, 300))
    assert table["guess"] == table["y"]


def test_a_model_by_its_own_address_and_paths_outside_the_root_work(
    train, headrace, rows, tmp_path
):
    train("--version", "v1")
    for version in ("v1", "v2"):
        ended = headrace(
            *("score", "shift", "--input", rows, "--model", f"{tmp_path}/root/models/m@v1"),
            *("--output", "./elsewhere/scored", "--version", version),
        )
        assert ended.out.splitlines()[0] == f"done: {tmp_path}/elsewhere/scored@{version}"
    ended = headrace(
        *("score", "shift", "--input", "./elsewhere/scored@v2", "--model", "m@v1"),
        *("--output", "again", "--keep", "id", "--json"),
    )
    manifest = Manifest.model_validate_json(ended.out)
    assert manifest.inputs[0].resolved == f"{tmp_path}/elsewhere/scored@v2"
    assert manifest.inputs[0].models[0].uri == f"{tmp_path}/root/models/m@v1"


def test_the_result_is_left_where_an_orchestrator_wants_it(train, tmp_path, monkeypatch):
    path = tmp_path / "result.json"
    monkeypatch.setenv("HEADRACE_RESULT_PATH", str(path))
    manifest = Manifest.model_validate_json(train("--json").out)
    result = json.loads(path.read_text())
    assert path.stat().st_size <= 4096
    assert result == {
        "address": manifest.address,
        "rows": manifest.rows.model_dump(),
        "metrics": manifest.metrics,
        "seconds": manifest.seconds,
    }


def test_a_result_that_cannot_be_written_is_a_warning(train, tmp_path, monkeypatch):
    monkeypatch.setenv("HEADRACE_RESULT_PATH", str(tmp_path / "absent" / "result.json"))
    ended = train()
    assert ended.code == 0
    assert "warning: The result cannot be written to" in ended.err


def test_an_evaluation_without_an_output_publishes_nothing(
    train, headrace, rows, root, published, monkeypatch
):
    train("--version", "v1")
    result = root.with_name("result.json")
    monkeypatch.setenv("HEADRACE_RESULT_PATH", str(result))
    ended = headrace("evaluate", "shift", "--input", rows, "--model", "m@v1")
    assert ended.code == 0
    assert ended.out.splitlines()[0] == "done: measured; --output keeps the result"
    assert "input: rmse 0, mae 0, r2 1" in ended.out
    assert published(root) == ["models/m/versions/v1/_manifest.json"]
    assert json.loads(result.read_text())["address"] is None


def test_an_evaluation_with_an_output_publishes_its_metrics(train, headrace, rows, root):
    train("--version", "v1")
    ended = headrace(
        *("evaluate", "shift", "--input", rows, "--model", "m@v1"),
        *("--output", "quality", "--version", "v1"),
    )
    assert ended.out.splitlines()[0] == f"done: {root}/datasets/quality@v1"
    shown = headrace("datasets", "show", "quality@v1", "--json")
    manifest = Manifest.model_validate_json(shown.out)
    assert manifest.metrics == {"input": {"rmse": 0, "mae": 0, "r2": 1}}
    assert manifest.rows.read == 300
    assert manifest.files == ()


def test_the_same_request_at_the_same_version_is_already_done(train, rows, settings):
    first = Manifest.model_validate_json(train("--version", "v1", "--json").out)
    ended = train("--version", "v1")
    assert ended.code == 0
    assert ended.out.splitlines()[0] == f"already done: {first.address}"
    command = ("train", "shift", "--input", str(rows), "--model", "m", "--version", "v1", "--json")
    again = subprocess.run(
        [sys.executable, "-c", WITHOUT_BEAM, *command, *settings],
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Manifest.model_validate_json(again.stdout) == first
    assert again.stderr.endswith("imported: []")


def test_another_request_at_the_same_version_is_refused(train, root):
    train("--version", "v1")
    ended = train("--version", "v1", "--set", "holdout=0.3")
    assert ended.code == 2
    assert ended.err == (
        "error: Version 'v1' was published by another request, and versions never change\n"
        f"  where: {root}/models/m@v1\n"
        "  fix:   use another --version, or leave it out to have one made\n"
    )


def test_a_run_carries_the_labels_of_its_project_and_its_image(train, tmp_path, monkeypatch):
    monkeypatch.setenv("HEADRACE_IMAGE", "registry.example/p@sha256:" + "0" * 64)
    (tmp_path / "project.yaml").write_text(
        "name: p\nowner: o\ncontact: c\nlabels: {cost-centre: '7'}\n"
    )
    manifest = Manifest.model_validate_json(train("--json").out)
    assert manifest.labels == {"project": "p", "owner": "o", "contact": "c", "cost-centre": "7"}
    assert manifest.image == "registry.example/p@sha256:" + "0" * 64
    (tmp_path / "project.yaml").write_text("name: p\nowner: o\n")
    ended = train()
    assert ended.code == 2
    assert "The project file is wrong: contact" in ended.err


def test_an_option_that_the_request_refuses_is_named(headrace, rows):
    ended = headrace(
        *("score", "shift", "--input", rows, "--model", "m@v1", "--output", "o"),
        *("--prediction", ""),
    )
    assert ended.code == 2
    assert "Option 'prediction'" in ended.err
    assert "at least 1 character" in ended.err
