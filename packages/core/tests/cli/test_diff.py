import json

import pytest

from headrace.contracts.manifest import Column


@pytest.fixture
def model(root, publish):
    uri = root / "models" / "price"
    publish(uri, "v1", kind="model")
    publish(
        uri,
        "v2",
        kind="model",
        minutes=1,
        files={"part-00000.parquet": b"PAR1", "x.json": b"{}"},
        metrics={"holdout": {"rmse": 0.5}},
        params={"features": ["x"], "deep": {"n": 2.5}},
        columns=(Column(name="x", type="int64"),),
    )
    return uri


def test_a_diff_shows_what_is_not_the_same(headrace, model):
    lines = headrace("models", "diff", "price@v1", "price@v2").out.splitlines()
    assert lines[:2] == [f"old: {model}@v1", f"new: {model}@v2"]
    words = [" ".join(line.split()) for line in lines]
    assert 'deep {"n": 1.5} {"n": 2.5}' in words
    assert "holdout rmse 0.25 0.5 +0.25" in words
    assert "x int64" in words
    assert "Files: 1 same, 1 not; 4 bytes, then 6" in words
    assert any(word.startswith("x.json 2 bytes 44136fa355b3") for word in words)
    assert not any(word.startswith("features") for word in words)


def test_a_diff_of_a_version_with_itself_says_that_its_files_are_the_same(headrace, model):
    out = headrace("models", "diff", "price@v1", "price@v1").out
    assert "Their files are the same." in out
    assert "Params" not in out


def test_machines_get_all_of_it(headrace, model):
    shown = json.loads(headrace("models", "diff", "price@v1", "price@v2", "--json").out)
    assert (shown["old"], shown["same_content"]) == (f"{model}@v1", False)
    assert shown["differences"]["metrics"] == [
        {"what": "holdout rmse", "old": 0.25, "new": 0.5, "delta": 0.25}
    ]
    assert set(shown["differences"]) == {"params", "metrics", "columns", "files"}


def test_what_is_missing_is_an_error(headrace, model):
    assert "no version 'v7'" in headrace("models", "diff", "price@v1", "price@v7").err
    assert headrace("models", "diff", "price@v1", "price").code == 2
