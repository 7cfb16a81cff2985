"""What tests of the whole share."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEFT_OUT = {".git", ".nox", ".venv", "build", "dist", "headrace", "uv.lock"}  # of the root
CACHES = shutil.ignore_patterns("__pycache__", "*_cache", ".hypothesis", "*.egg-info")


def left_out(folder, names):
    return CACHES(folder, names) | (LEFT_OUT & set(names) if Path(folder) == ROOT else set())


@pytest.fixture(scope="session")
def copy_of_the_workspace(tmp_path_factory):
    """Return a function that copies the tree, as a fresh clone has it, for a test to change.

    It has the launcher's nox, so that it need not be installed once more.
    """

    def copy():
        folder = tmp_path_factory.mktemp("clone") / "headrace-clone"
        shutil.copytree(ROOT, folder, ignore=left_out)
        launcher = ROOT / ".nox/launcher"
        if launcher.is_dir():
            (folder / ".nox").mkdir()
            (folder / ".nox/launcher").symlink_to(launcher)
        return folder

    return copy
