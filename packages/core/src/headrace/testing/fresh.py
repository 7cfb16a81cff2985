"""Run Python in a fresh process with the same import path, to see what it does by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from headrace.contracts.request import Request

__all__ = ["modules_imported_by", "run_in_fresh_process"]

_RUN: Final = """
import sys
from headrace.contracts.request import Request
from headrace.plugins import discover
from headrace.runtime.run import run

run(Request.model_validate_json(sys.stdin.read()), discover())
"""

_IMPORT: Final = """
import importlib, json, sys

for name in json.load(sys.stdin):
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def run_in_fresh_process(request: Request) -> None:
    """Carry out a request in a fresh process, with another seed of Python's own hashes.

    Raises
    ------
    AssertionError
        It fails; the message holds what it wrote.
    """
    _python(_RUN, request.model_dump_json())


def modules_imported_by(names: list[str]) -> frozenset[str]:
    """Return the top-level modules that a fresh process has imported after importing some.

    Raises
    ------
    AssertionError
        One of them cannot be imported; the message holds the error.
    """
    return frozenset(json.loads(_python(_IMPORT, json.dumps(names))))


def _python(code: str, text: str) -> str:
    path = f"import sys; sys.path[:] = {[entry or str(Path.cwd()) for entry in sys.path]!r}\n"
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", path + code],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONHASHSEED": "20260101"},
    )
    if done.returncode:
        raise AssertionError(f"A fresh process of the pipeline fails:\n{done.stderr}")
    return done.stdout
