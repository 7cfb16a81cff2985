"""A model that learnt from another's predictions takes them from no other model."""

import json
import os
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headrace.contracts.request import Request
from headrace.errors import DataError
from headrace.plugins.manager import discover
from headrace.runtime.run import run
from headrace.storage import Versions

INSTALLED = Path(__file__).parents[1] / "installed"
PARAMS = {"target": "y", "key": ["id"], "folds": 2}


class Project:
    """A root, and runs in it."""

    def __init__(self, root):
        self.root = root
        self.plugins = discover()

    def run(self, mode, pipeline, source, model, **fields):
        request = Request(
            pipeline=pipeline,
            mode=mode,
            input=str(source),
            root=str(self.root),
            model=model,
            **fields,
        )
        return run(request, self.plugins)[0]

    def evaluate(self, source, *allowed, model="second@v1"):
        return self.run("evaluate", "shift_shards", source, model, allow_chain=allowed)

    def score(self, source, *allowed, model="second@v1", output="o", **fields):
        return self.run(
            *("score", "shift_shards", source, model), output=output, allow_chain=allowed, **fields
        )


def write_rows(folder, shift):
    """Write rows whose target is in one unit or another."""
    folder.mkdir()
    ids = range(120)
    columns = {
        "id": list(ids),
        "x": [float(i % 7) for i in ids],
        "y": [float(i % 7 + 3 + shift) for i in ids],
    }
    pq.write_table(pa.table(columns), folder / "0.parquet")
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Train a model on another's predictions; then train that other one again, on other units."""
    folder = tmp_path_factory.mktemp("chain")
    project = Project(folder / "root")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(INSTALLED)
        patch.setenv("PYTHONPATH", str(INSTALLED), prepend=os.pathsep)
        project.plugins = discover()
        rows = write_rows(folder / "rows", 0)
        later = write_rows(folder / "later", 100)
        first = {"features": ["x"], **PARAMS}
        project.run("train", "shift", rows, "first", params=first, version="v1")
        project.run("train", "shift", later, "first", params=first, version="v2")
        for version, model, out_of_fold in (
            ("v1", "first@v1", True),
            ("v2", "first@v2", False),
            ("v3", "first@v1", False),
        ):
            project.run(
                *("score", "shift", rows, model),
                output="scored",
                version=version,
                out_of_fold=out_of_fold,
            )
        second = {"features": ["shift_prediction"], **PARAMS}
        project.run("train", "shift_shards", "scored@v1", "second", params=second, version="v1")
        third = {"features": ["x"], **PARAMS}
        project.run("train", "shift_shards", "scored@v1", "third", params=third, version="v1")
        yield project


def test_the_silent_loss_that_the_lock_prevents(project):
    """Nothing but the numbers tells that a model gets what it has not learnt from."""
    good = project.evaluate("scored@v1")
    assert good.metrics["input"]["rmse"] < 0.01
    assert not good.warnings
    bad = project.evaluate("scored@v2", "shift")
    assert bad.metrics["input"]["rmse"] > 99
    with pytest.raises(DataError) as refused:
        project.evaluate("scored@v2")
    text = str(refused.value)
    assert text.startswith("Column 'shift_prediction' has predictions of ")
    assert "/models/first@v2 (" in text
    assert "the model learnt from those of " in text
    assert "--allow-chain shift goes on all the same" in text


def test_scoring_is_locked_as_well_and_the_manifest_says_where_it_was_allowed(project):
    with pytest.raises(DataError, match="Column 'shift_prediction' has predictions of"):
        project.score("scored@v2")
    (warning,) = project.score("scored@v2", "shift", keep=("id",)).warnings
    assert warning.startswith("Column 'shift_prediction' has predictions of ")
    assert warning.endswith(" (allowed for 'shift')")


def test_the_same_model_is_taken_whether_it_scored_out_of_fold_or_in_full(project):
    assert not project.evaluate("scored@v1").warnings
    assert not project.evaluate("scored@v3").warnings


def test_predictions_of_unknown_origin_are_refused(project):
    copy = project.root.parent / "copied.parquet"
    (part,) = project.root.glob("datasets/scored/versions/v1/*/part-00000.parquet")
    copy.write_bytes(part.read_bytes())
    with pytest.raises(
        DataError, match="Nobody knows which model the predictions in column 'shift_prediction'"
    ):
        project.evaluate(copy)
    (warning,) = project.evaluate(copy, "shift").warnings
    assert warning.startswith("Nobody knows")


def test_a_slip_in_what_is_allowed_is_told(project):
    with pytest.raises(DataError) as refused:
        project.evaluate("scored@v2", "shft")
    assert refused.value.fix == "--allow-chain shft: did you mean 'shift'?"


def test_what_was_allowed_is_another_request(project):
    plain = project.evaluate("scored@v1").request_digest
    assert project.evaluate("scored@v1", "shift").request_digest != plain


def test_predictions_that_are_no_features_do_not_matter(project):
    """Only the columns that the model learnt from are locked."""
    assert not project.evaluate("scored@v2", model="third@v1").warnings
    assert not project.evaluate(project.root.parent / "rows", model="third@v1").warnings


def test_a_manifest_says_whose_predictions_its_columns_are(project):
    model = Versions(str(project.root / "models/first"), "model").manifest("v1")
    use = {"uri": model.address, "digest": model.digest, "pipeline": "shift"}
    scored = Versions(str(project.root / "datasets/scored"), "dataset").manifest("v1")
    assert scored.model_dump()["predictions"] == ({"column": "shift_prediction", "model": use},)
    second = Versions(str(project.root / "models/second"), "model").manifest("v1")
    assert second.predictions == scored.predictions
    final = project.score("scored@v1", prediction="p", keep=("id", "shift_prediction"))
    assert {made.column: made.model.pipeline for made in final.predictions} == {
        "shift_prediction": "shift",
        "p": "shift_shards",
    }
    alone = project.score("scored@v1", keep=("id",))
    assert [made.column for made in alone.predictions] == ["shift_shards_prediction"]


def test_manifests_that_do_not_say_whose_are_understood_by_the_usual_names(project):
    old = Project(project.root.parent / "old")
    shutil.copytree(project.root, old.root)
    for folder in ("models/second", "datasets/scored"):
        for path in (old.root / folder).glob("versions/*/_manifest.json"):
            manifest = json.loads(path.read_text())
            del manifest["predictions"]
            path.write_text(json.dumps(manifest))
    assert not old.evaluate("scored@v1").warnings
    with pytest.raises(DataError, match="Column 'shift_prediction' has predictions of"):
        old.evaluate("scored@v2")


def test_a_manifest_tells_of_the_code_and_where_it_ran(project):
    image = "registry.example/project@sha256:" + "0" * 64
    fields = {"image": image, "where": "id < 100", "labels": {"owner": "us"}}
    manifest = project.run("evaluate", "shift", project.root.parent / "rows", "first@v1", **fields)
    assert (manifest.image, manifest.where, manifest.out_of_fold) == (image, "id < 100", False)
    assert manifest.labels == {"owner": "us"}
    assert "headrace" in manifest.versions
    assert set(manifest.editable) <= set(manifest.versions)
