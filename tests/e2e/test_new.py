"""New pipelines, within a clone and as repositories of their own, from nothing to predictions."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCAFFOLD = ROOT / "packages/core/src/headrace/scaffold/package"
UV = shutil.which("uv")
COLUMNS = ("--features", "x,n", "--target", "y")


def run(*command, cwd, **environment):
    done = subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=os.environ | environment,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-5_000:]}\n{done.stderr[-5_000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def clone(headrace, copy_of_the_workspace):
    """Return a clone with three new pipelines in it."""
    root = copy_of_the_workspace()
    run(headrace, "new", "ridge", *COLUMNS, cwd=root)
    options = ["--task=binary", "--library=numpy"]
    run(headrace, "new", "odds-of_1", *options, *COLUMNS, cwd=root / "packages")
    run(headrace, "new", "slope", "--library=numpy", *COLUMNS, cwd=root)
    return root


@pytest.fixture(scope="module")
def wheels(clone):
    """Return the wheels of the clone's workspace, the new packages' among them."""
    run(UV, "build", "--quiet", "--all-packages", "--wheel", "--out-dir", "dist", cwd=clone)
    return clone / "dist"


@pytest.fixture(scope="module")
def settings(wheels):
    """Return uv's settings to install from those wheels, and all else at locked versions."""
    return {"UV_FIND_LINKS": str(wheels), "UV_CONSTRAINT": str(ROOT / "requirements/all.txt")}


def write_rows(folder, binary):
    rows = [(row, row % 7, row % 5, (row % 7) + (row % 5)) for row in range(300)]
    text = "\n".join(f"{id_},{x}.5,{n},{int(y > 4) if binary else y}" for id_, x, n, y in rows)
    (folder / "data.csv").write_text(f"id,x,n,y\n{text}\n")


def train_and_score(program, pipeline, folder, readme):
    """Run the README's one command, then score; return the metrics of the holdout."""
    (command,) = [line for line in readme.splitlines() if line.startswith("headrace train")]
    run("bash", "-c", command, cwd=folder, PATH=f"{program.parent}:{os.environ['PATH']}")
    model = command.partition("--model ")[2].split()[0]
    arguments = ["--input=./data.csv", f"--model={model}@latest", "--output=scored", "--json"]
    scored = json.loads(run(program, "score", pipeline, *arguments, cwd=folder))
    assert scored["rows"]["written"] == 300
    shown = run(program, "models", "show", f"{model}@latest", "--json", cwd=folder)
    return json.loads(shown)["metrics"]["holdout"]


def test_new_packages_of_a_clone_join_its_sessions_and_pass_them(clone):
    nox = [sys.executable, clone / "nox"]
    listed = run(*nox, "--list", cwd=clone)
    assert "tests(ridge)" in listed
    assert "tests(odds-of-1)" in listed
    names = ("ridge", "odds-of-1", "slope")
    run(*nox, "--session", "imports", *(f"tests({name})" for name in names), cwd=clone)
    packages = [f"packages/pipeline-{name}" for name in names]
    run(*nox, "--session", "lint", "--", *packages, cwd=clone)
    run(*nox, "--session", "types", "--", *(f"{path}/src" for path in packages), cwd=clone)


def test_new_packages_of_a_clone_install_from_wheels_and_train_and_score(clone, settings, tmp_path):
    run(UV, "venv", "--quiet", "environment", cwd=tmp_path)
    python = tmp_path / "environment/bin/python"
    install = [UV, "pip", "install", "--quiet", "--python", python]
    run(*install, "headrace-ridge", "headrace-odds-of-1", cwd=tmp_path, **settings)
    program = python.with_name("headrace")
    entries = json.loads(run(program, "list", "--json", cwd=tmp_path))
    assert [entry["name"] for entry in entries] == ["odds_of_1", "ridge"]
    write_rows(tmp_path, binary=False)
    readme = (clone / "packages/pipeline-ridge/README.md").read_text()
    assert train_and_score(program, "ridge", tmp_path, readme)["r2"] > 0.99
    write_rows(tmp_path, binary=True)
    readme = (clone / "packages/pipeline-odds-of-1/README.md").read_text()
    assert train_and_score(program, "odds_of_1", tmp_path, readme)["auc"] > 0.99


def test_a_repository_of_its_own_passes_its_sessions_and_trains_and_scores(
    headrace, clone, settings, tmp_path
):
    options = ["--task=binary", "--library=sklearn", *COLUMNS]
    run(headrace, "new", "odds", *options, cwd=tmp_path)
    repository = tmp_path / "headrace-odds"
    run(UV, "venv", "--quiet", "tools", cwd=tmp_path)
    tools = tmp_path / "tools/bin"
    lock = clone / "requirements/dev.txt"
    run(UV, "pip", "install", "--quiet", "--python", tools / "python", "-r", lock, cwd=tmp_path)
    path = f"{tools}:{os.environ['PATH']}"
    run(tools / "nox", cwd=repository, PATH=path, NOX_DEFAULT_VENV_BACKEND="uv", **settings)
    program = repository / ".nox/tests/bin/headrace"
    assert "odds" in run(program, "list", cwd=tmp_path)
    write_rows(tmp_path, binary=True)
    readme = (repository / "README.md").read_text()
    assert train_and_score(program, "odds", tmp_path, readme)["auc"] > 0.99


def test_a_repository_of_its_own_keeps_to_our_style():
    text = (SCAFFOLD / "pyproject.toml.jinja").read_text("utf-8")
    theirs = tomllib.loads("[tool.ruff]" + text.partition("[tool.ruff]")[2].partition("{%-")[0])
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    ruff, wanted = theirs["tool"]["ruff"], ours["tool"]["ruff"]
    assert ruff["line-length"] == wanted["line-length"]
    assert ruff["lint"]["select"] == wanted["lint"]["select"]
    assert set(ruff["lint"]["ignore"]) <= set(wanted["lint"]["ignore"])
    for table in ("pytest",):
        ini, wanted_ini = (found["tool"][table]["ini_options"] for found in (theirs, ours))
        assert ini | {"testpaths": None} == wanted_ini | {"testpaths": None}


def test_the_template_builds_as_our_packages_do():
    ours = tomllib.loads((ROOT / "packages/core/pyproject.toml").read_text("utf-8"))
    text = (SCAFFOLD / "pyproject.toml.jinja").read_text("utf-8")
    theirs = tomllib.loads(text.partition("[project]")[0])
    assert theirs["build-system"] == ours["build-system"]
    assert f'requires-python = "{ours["project"]["requires-python"]}"' in text
