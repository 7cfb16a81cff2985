import os
import subprocess
import sys
from pathlib import Path

import pytest

HEADRACE = Path(sys.executable).with_name("headrace")
LIGHT = """
import sys
from headrace.cli.app import main
sys.argv = ["headrace"]
try:
    main()
finally:
    heavy = {"apache_beam", "numpy", "pandas", "pyarrow", "sklearn", "xgboost"}
    sys.stderr.write(" ".join(heavy & set(sys.modules)))
"""


@pytest.fixture
def complete(installed, root):
    """Return a function that asks for completions as bash does, of the last word."""

    def ask(*words, program=(HEADRACE,)):
        asked = {
            "_HEADRACE_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(("headrace", *words)),
            "COMP_CWORD": str(len(words)),
        }
        done = subprocess.run(
            program, env=os.environ | asked, capture_output=True, text=True, check=False
        )
        assert done.stderr == ""
        return done.stdout.split()

    return ask


def test_commands_are_completed(complete):
    assert complete("d") == ["describe", "doctor", "datasets"]


@pytest.mark.parametrize("command", ["describe", "train", "score", "evaluate"])
def test_names_of_pipelines_are_completed(complete, command):
    assert complete(command, "shift") == ["shift", "shift_shards"]
    assert complete(command, "nothing") == []


def test_a_broken_plugin_does_not_disturb_completion(complete, install_plugin):
    install_plugin("broken", "import lightgbm_that_is_absent")
    assert complete("describe", "shift_") == ["shift_shards"]


def test_completion_imports_no_library(complete):
    assert complete("describe", "shift_", program=(sys.executable, "-c", LIGHT)) == ["shift_shards"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_script(installed, root, shell):
    done = subprocess.run(
        [HEADRACE],
        env=os.environ | {"_HEADRACE_COMPLETE": f"source_{shell}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "_HEADRACE_COMPLETE" in done.stdout
    assert "headrace" in done.stdout
