"""Pipelines with a graph of their own, from the command line."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

GRAPHS = Path(__file__).parents[1] / "graphs"


@pytest.fixture
def score(headrace, monkeypatch, tmp_path):
    """Return a function that scores five good lines and a bad one, by a pipeline without models."""
    monkeypatch.syspath_prepend(GRAPHS)
    (tmp_path / "lines.txt").write_text("1 a\n2 b\nwhat\n3 c\n4 a\n5 b\n")
    (tmp_path / "values.csv").write_text("code,value\na,1\nb,2.5\nc,-3\n")

    def run(*arguments, pipeline="join", values="values=./values.csv", max_bad="0.2"):
        settings = ["--set", values] if values else []
        given = ("--input", "./lines.txt", "--output", "o", "--max-bad", max_bad, *settings)
        return headrace("score", pipeline, *given, *arguments)

    return run


def written(root, name):
    (part,) = (root / "datasets" / name).rglob("*.parquet")
    return pq.read_table(part)


def test_it_scores_without_a_model_and_says_what_it_read(score, root):
    ended = score("--version", "v1", "--json")
    assert ended.code == 0, ended.err
    manifest = json.loads(ended.out)
    assert [entry["uri"] for entry in manifest["inputs"]] == ["./lines.txt", "./values.csv"]
    assert manifest["model"] is None
    assert manifest["rows"] | {"read": 6, "written": 5, "rejected": 1} == manifest["rows"]
    assert [column["name"] for column in manifest["columns"]] == [
        *("id", "code", "join_value", "join_half")
    ]
    assert written(root, "o").column("join_half").to_pylist() == [0.5, 1.25, -1.5, 0.5, 1.25]
    bad = written(root, "o.quarantine").to_pylist()
    assert [(row["line"], row["headrace_row"], row["headrace_reason"]) for row in bad] == [
        ("what", 2, "no code")
    ]


@pytest.mark.parametrize(
    ("fault", "code", "what"),
    [
        ("transient", 75, "The values are away"),
        ("infinite", 4, "The pipeline predicts inf for a row, in column 'join_value'"),
        ("columns", 3, "adds column 'join_value', and what it writes has: id, code"),
        ("model", 3, "Pipeline 'join' publishes a model; wanted a dataset"),
        ("nothing", 3, "Pipeline 'join' returns a NoneType from its run"),
    ],
)
def test_a_fault_keeps_its_exit_code_and_publishes_nothing(score, root, fault, code, what):
    ended = score("--version", "v1", "--set", f"fault={fault}")
    assert ended.code == code
    assert what in ended.err
    left = [path.name for path in (root / "datasets/o").rglob("*.*")]
    assert not {"_manifest.json", "request.json"}.intersection(left)


def test_too_many_bad_rows_are_refused_and_can_be_looked_at(score):
    ended = score(max_bad="0.1")
    assert ended.code == 4
    assert "1 of 6 rows are bad" in ended.err
    assert "o.quarantine@" in ended.err


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--model", "m@v1"], "Pipeline 'join' scores without a model, and --model names one"),
        (
            ["--where", "id > 3", "--keep", "id"],
            "a graph of its own, which knows nothing of --where, --keep",
        ),
        (["--out-of-fold"], "which knows nothing of --out-of-fold"),
        (["--prediction", "p"], "which knows nothing of --prediction"),
        (["--set", "valuez=./x"], "No param is named 'valuez'"),
    ],
)
def test_what_it_does_not_take_is_refused(score, arguments, what):
    ended = score(*arguments)
    assert ended.code == 2
    assert what in ended.err


def test_a_further_input_that_is_not_there_is_told_by_its_param(score):
    ended = score(values="values=./valuez.csv")
    assert ended.code == 4
    assert "Param 'values': There is no such file or folder" in ended.err
    ended = score(values="values=nowhere@latest")
    assert ended.code == 4
    assert "Param 'values': There is no dataset named 'nowhere'" in ended.err


def test_a_pipeline_with_models_needs_one_and_takes_no_params_to_score(score):
    ended = score(pipeline="shift", values=None)
    assert ended.code == 2
    assert "Pipeline 'shift' needs a --model to score" in ended.err
    ended = score("--model", "m@v1", pipeline="shift")
    assert "Pipeline 'shift' takes no params to score: they come with the model" in ended.err


def test_describe_and_catalog_tell_of_it(score, headrace):
    described = headrace("describe", "join").out
    assert "input" in described.split("values", 1)[1].split("\n", 1)[0]
    assert "Transforms to choose from" not in described
    assert "Columns it needs" not in described
    pipeline = json.loads(headrace("catalog").out)["pipelines"]["join"]
    assert pipeline["has_own_graph"]
    assert pipeline["params"]["properties"]["values"]["format"] == "headrace-input"


def test_a_graph_may_read_a_table_more_than_once(score, headrace, tmp_path, root):
    pq.write_table(pa.table({"id": [7, 9], "code": ["a", "c"]}), tmp_path / "rows.parquet")
    given = ("--set", "values=./values.csv", "--output", "o", "--version", "v1")
    ended = headrace("score", "join_table", "--input", "./rows.parquet", *given)
    assert ended.code == 0, ended.err
    first = {"id": 7, "code": "a", "join_value": 1.0, "join_half": 0.5, "last": 9}
    assert written(root, "o").to_pylist()[0] == first
    pq.write_table(pa.table({"id": [7, 9]}), tmp_path / "rows.parquet")
    ended = headrace("score", "join_table", "--input", "./rows.parquet", *given[:-1], "v2")
    assert ended.code == 4
    assert "There is no column 'code' among id" in ended.err


def test_a_model_of_its_own_is_verified_by_its_files(score, headrace, root):
    given = ("--input", "./lines.txt", "--set", "values=./values.csv", "--max-bad", "0.2")
    assert headrace("train", "join_hasty", *given, "--model", "m", "--version", "v1").code == 0
    assert headrace("models", "verify", "m@v1").code == 0
    assert score("--model", "m@v1", pipeline="join_hasty").code == 0
    next(root.rglob("model.txt")).write_bytes(b"2")
    assert headrace("models", "verify", "m@v1").code == 5
