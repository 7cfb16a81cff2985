"""The examples of plugins pass their own tests, and the small one is what a new package holds."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples/plugins"
UV = shutil.which("uv")
LIMIT = 40


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return a folder with the examples installed, beside what this environment has."""
    folder = tmp_path_factory.mktemp("site")
    packages = sorted(EXAMPLES.glob("*/"))
    python = ["--python", sys.executable]
    install = [UV, "pip", "install", "--quiet", "--no-deps", *python, "--target", folder]
    subprocess.run([*install, *packages], check=True)
    return folder


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*/")))
def test_an_example_passes_its_tests(site, name):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests"],
        cwd=EXAMPLES / name,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(site)},
    )
    assert done.returncode == 0, done.stdout[-5_000:]


def test_the_small_example_is_what_a_new_package_holds(headrace, tmp_path):
    subprocess.run([headrace, "new", "ridge", "--into", tmp_path], check=True, capture_output=True)
    written = contents(tmp_path / "headrace-ridge")
    assert written == contents(EXAMPLES / "ridge")


def test_the_small_example_takes_at_most_40_lines():
    source = EXAMPLES / "ridge/src/headrace_ridge"
    counts = {name: n_lines(source / name) for name in ("params.py", "model.py", "pipeline.py")}
    assert sum(counts.values()) <= LIMIT, counts


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file()
        and not {"__pycache__", ".nox"}.intersection(path.parts)
        and not any(part.endswith("_cache") for part in path.parts)
    }


def n_lines(file):
    """Count lines of code: not those that are blank, comments, docstrings or imports."""
    text = file.read_text("utf-8")
    left_out = set()
    for node in ast.walk(ast.parse(text)):
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_all = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        is_for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if is_text or is_all or is_for_types or isinstance(node, ast.Import | ast.ImportFrom):
            left_out.update(range(node.lineno, node.end_lineno + 1))
    lines = enumerate(text.splitlines(), 1)
    return sum(
        bool(line.strip()) and not line.lstrip().startswith("#") and number not in left_out
        for number, line in lines
    )
