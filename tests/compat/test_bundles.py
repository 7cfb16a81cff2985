"""What every release wrote is read by this one: models score to the same bits."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

BUNDLES = Path(__file__).parent / "bundles"
HEADRACE = Path(sys.executable).with_name("headrace")
RELEASES = sorted(path.name for path in BUNDLES.iterdir())
SCORED = sorted((path.parents[1].name, path.name) for path in BUNDLES.glob("*/datasets/*"))
MANIFESTS = sorted(BUNDLES.glob("*/*/*/versions/v1/_manifest.json"))
OPTIONS = {"full": "--keep=id", "folds": "--out-of-fold"}


@pytest.fixture
def run(tmp_path):
    """Return a function that runs the entrypoint in a copy of what a release wrote."""

    def call(release, *arguments):
        root = tmp_path / release
        if not root.exists():
            shutil.copytree(BUNDLES / release, root)
        done = subprocess.run(
            [HEADRACE, *arguments], cwd=root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


def predictions(folder, pipeline):
    """Return the rows' ids and the bytes of their predictions."""
    (part,) = folder.glob("versions/v1/**/part-00000.parquet")
    table = pq.read_table(part)
    column = table.column(f"{pipeline}_prediction").combine_chunks()
    assert not column.null_count
    return table.column("id").to_pylist(), column.type, column.to_numpy().tobytes()


@pytest.mark.parametrize(("release", "name"), SCORED)
def test_a_kept_model_predicts_the_same_bits(run, tmp_path, release, name):
    pipeline, _, way = name.partition(".")
    kept = BUNDLES / release / "datasets" / name
    manifest = json.loads((kept / "versions/v1/_manifest.json").read_text("utf-8"))
    source = manifest["inputs"][0]["uri"].removeprefix("/compat/")
    arguments = ["--model", f"{pipeline}@champion", "--output", "again", OPTIONS[way]]
    run(
        release, "score", pipeline, "--input", f"./{source}", *arguments, "--version=v1", "--root=."
    )
    again = predictions(tmp_path / release / "datasets/again", pipeline)
    assert again == predictions(kept, pipeline)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: str(path.relative_to(BUNDLES)))
def test_a_kept_manifest_says_what_it_said(run, path):
    release, kind, name = path.relative_to(BUNDLES).parts[:3]
    wanted = json.loads(path.read_text("utf-8"))
    got = json.loads(run(release, kind, "show", f"{name}@v1", "--root=.", "--json"))
    assert {field: got[field] for field in wanted} == wanted


@pytest.mark.parametrize("release", RELEASES)
def test_a_kept_alias_log_is_read(run, release):
    models = json.loads(run(release, "models", "list", "--root=.", "--json"))
    assert {model["name"]: model["aliases"] for model in models} == {
        path.name: {"champion": "v1"} for path in (BUNDLES / release / "models").iterdir()
    }


@pytest.mark.parametrize("release", RELEASES)
def test_a_kept_flow_is_right_by_the_catalog_beside_it(run, release):
    run(release, "flow", "check", "flights.yaml", "--catalog", "catalog.json")


@pytest.mark.parametrize("release", RELEASES)
def test_a_release_keeps_every_pipeline_of_its_catalog(release):
    catalog = json.loads((BUNDLES / release / "catalog.json").read_text("utf-8"))
    kept = {path.name for path in (BUNDLES / release / "models").iterdir()}
    assert kept == set(catalog["pipelines"])


def test_this_release_is_kept():
    version = json.loads(subprocess.check_output([HEADRACE, "catalog"]))["version"]
    assert ".".join(version.split(".")[:2]) in RELEASES
