"""What starts often starts light: listing imports no library that computes."""

import os
import subprocess
import sys

import pytest

HEAVY = {"apache_beam", "lightgbm", "numpy", "pandas", "pyarrow", "scipy", "sklearn", "xgboost"}
PROGRAM = """
import sys
try:
    {code}
finally:
    roots = {{name.partition(".")[0] for name in sys.modules}}
    sys.stderr.write("imported: " + " ".join(sorted(roots & {heavy!r})))
"""
COMMANDS = [
    ("--help",),
    ("--version",),
    ("list",),
    ("list", "--json"),
    ("describe", "linreg"),
    ("describe", "xgb"),
    ("catalog",),
    ("train", "--help"),
    ("models", "list"),
    ("datasets", "list", "--json"),
    ("flow", "--help"),
    ("describe", "linrg"),
]


def heavy_imports(code, *arguments, cwd):
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(code=code, heavy=HEAVY), *arguments],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if not name.startswith("HEADRACE")},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stderr.rpartition("imported: ")[2].split(), ended


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_that_only_looks_imports_nothing_heavy(arguments, tmp_path):
    code = "from headrace.cli.app import main; main()"
    heavy, ended = heavy_imports(code, *arguments, cwd=tmp_path)
    assert ended.returncode == (2 if "linrg" in arguments else 0), ended.stderr
    assert heavy == []


@pytest.mark.parametrize(
    "code",
    [
        "import headrace",
        "from headrace import PipelineSpec, hookimpl, Params, SupervisedParams",
        "from headrace import GraphSpec, InputUri",
        "import headrace_linreg.hooks, headrace_linreg.params",
        "import headrace_xgb.hooks, headrace_xgb.params",
        "import headrace_orchestration.hooks",
        "import headrace.storage, headrace.plugins, headrace.contracts.manifest",
    ],
)
def test_what_plugins_import_to_be_listed_is_light(code, tmp_path):
    heavy, ended = heavy_imports(code, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert heavy == []


def test_the_check_sees_a_heavy_import(tmp_path):
    assert heavy_imports("from headrace import Features", cwd=tmp_path)[0] == ["numpy"]
