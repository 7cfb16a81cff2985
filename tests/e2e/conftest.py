import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def flights(tmp_path_factory):
    """Return the folder of the example's data, prepared once."""
    root = tmp_path_factory.mktemp("example")
    program = ROOT / "examples/flights/prepare.py"
    subprocess.run([sys.executable, program, "--root", root], check=True)
    return root / "flights"


@pytest.fixture(scope="session")
def headrace():
    """Return the installed entrypoint."""
    return Path(sys.executable).with_name("headrace")
