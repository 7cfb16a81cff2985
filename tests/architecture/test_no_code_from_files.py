"""No file of a bundle is ever run: no pickle, no eval, no import by a name that a file gives."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for pattern in ("packages/*/src", "examples/plugins/*/src", "orchestration/src")
    for folder in ROOT.glob(pattern)
    for path in folder.rglob("*.py")
    if "testing" not in path.parts  # reads pickles' opcodes to tell them, and runs none
)
LOADERS = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "runpy", "shelve"}
RUNNERS = {"__import__", "compile", "eval", "exec", "allow_pickle", "import_module", "read_pickle"}
ALLOWED = {
    # which file: what it may name, and why it is no name that a bundle gives
    "core/src/headrace/__init__.py": {"import_module"},  # names of its own table
    "core/src/headrace/plugins/loading.py": {"import_module"},  # names that plugins register
    "core/src/headrace/cli/doctor/loads.py": {"import_module"},  # installed entry points
    "src/headrace_orchestration/airflow/__init__.py": {"import_module"},  # names of its own table
    "src/headrace_orchestration/airflow/notification.py": {"import_module"},  # of environments
}


def named(path):
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.module or "").partition(".")[0], *(one.name for one in node.names))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.Attribute) and node.attr != "compile":  # re.compile
            yield node.attr


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_source_unpickles_and_runs_nothing(path):
    place = path.relative_to(ROOT).as_posix().partition("/")[2]
    found = set(named(path)) & (LOADERS | RUNNERS)
    assert found <= ALLOWED.get(place, set())


def test_a_bundles_types_come_from_the_registry_only():
    source = ROOT / "packages/core/src/headrace/models/bundle.py"
    calls = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.Call)
    }
    assert {"load_model", "load_transform"} <= calls
    assert not calls & {"getattr", "setattr", "globals", "vars"}
