"""Each package as its own wheel, in an environment with nothing but what it declares."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = shutil.which("uv")
PIPELINES = sorted(path.name for path in (ROOT / "packages").glob("pipeline-*"))


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    assert UV, "uv is not on the PATH: run the tests by ./nox, which brings it"
    folder = tmp_path_factory.mktemp("wheels")
    build = ["build", "--quiet", "--all-packages", "--wheel", "--out-dir", folder]
    subprocess.run([UV, *build], check=True, cwd=ROOT)
    return folder


@pytest.fixture
def installed(wheels, tmp_path):
    """Install requirements from the wheels alone, and return the environment's programs."""

    def install(*requirements):
        environment = tmp_path / "environment"
        subprocess.run([UV, "venv", "--quiet", environment], check=True)
        lock = ROOT / "requirements/all.txt"
        arguments = ["--quiet", "--find-links", wheels, "--constraint", lock, *requirements]
        python = environment / "bin/python"
        subprocess.run([UV, "pip", "install", "--python", python, *arguments], check=True)
        return environment / "bin"

    return install


def run(*command, cwd):
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=cwd).stdout


def test_every_package_has_a_wheel_with_types(wheels):
    names = {path.name.split("-")[0] for path in wheels.glob("*.whl")}
    pipelines = {name.replace("pipeline", "headrace").replace("-", "_") for name in PIPELINES}
    assert names == {"headrace", "headrace_orchestration"} | pipelines
    for wheel in wheels.glob("*.whl"):
        listed = run("python", "-m", "zipfile", "-l", wheel, cwd=wheels)
        assert f"{wheel.name.split('-')[0]}/py.typed" in listed


def test_the_light_core_alone_lists_and_has_no_heavy_library(installed, tmp_path):
    programs = installed("headrace")
    assert "No pipelines are installed" in run(programs / "headrace", "list", cwd=tmp_path)
    run(programs / "headrace", "models", "list", "--root", tmp_path, cwd=tmp_path)
    examined = run(programs / "headrace", "doctor", "--root", tmp_path, cwd=tmp_path)
    assert "0 problems, 1 warning" in examined
    frozen = run(UV, "pip", "freeze", "--python", programs / "python", cwd=tmp_path)
    assert not {"apache-beam", "numpy", "pyarrow", "pandas"}.intersection(
        line.split("==")[0] for line in frozen.splitlines()
    )


@pytest.mark.parametrize("package", PIPELINES)
def test_a_pipeline_alone_trains_and_scores(installed, tmp_path, package):
    name = package.removeprefix("pipeline-")
    programs, pipeline = installed(f"headrace-{name}"), name.replace("-", "_")
    rows = "\n".join(f"{row},{row % 7},{int(row % 7 + row % 3 > 4)}" for row in range(200))
    (tmp_path / "data.csv").write_text(f"id,x,y\n{rows}\n")
    settings = ["--set=target=y", "--set=features=[x]", "--set=key=[id]"]
    common = ["--input=./data.csv", "--root=here", "--json"]
    headrace = programs / "headrace"
    run(headrace, "train", pipeline, "--model=m", *common, *settings, cwd=tmp_path)
    scored = run(
        headrace, "score", pipeline, "--model=m@latest", "--output=s", *common, cwd=tmp_path
    )
    assert json.loads(scored)["rows"]["written"] == 200
    assert [row["name"] for row in json.loads(run(headrace, "list", "--json", cwd=tmp_path))] == [
        pipeline
    ]


def test_orchestration_alone_checks_a_flow_against_a_catalog(installed, tmp_path):
    programs = installed("headrace-orchestration")
    catalog = tmp_path / "catalog.json"
    catalog.write_text(run(programs / "headrace", "catalog", cwd=tmp_path))
    flow = ROOT / "orchestration/flows/flights.yaml"
    checked = subprocess.run(
        [programs / "headrace", "flow", "check", flow, "--catalog", catalog],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert checked.returncode == 2
    assert "there is no pipeline 'linreg'" in checked.stderr
