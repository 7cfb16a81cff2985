"""Runs of the entrypoint in processes of their own, by a server that forks them."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SERVER = Path(__file__).with_name("server.py")


@dataclass(frozen=True)
class Moment:
    """Before or after a call to the storage."""

    call: str
    path: str
    number: int
    when: str

    @property
    def at(self):
        """The call, as a fault names it."""
        return [self.call, self.path, self.number]


@dataclass(frozen=True)
class Ended:
    """A run that has ended: exit code (negative for a signal), what it printed, its moments."""

    code: int
    seconds: float
    out: str
    err: str
    moments: tuple[Moment, ...]


class Runs:
    """Makes runs, one after the other."""

    def __init__(self):
        self._server = subprocess.Popen(
            [sys.executable, SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._server.stdin.close()
        self._server.wait(timeout=60)
        self._server.stdout.close()

    def run(self, folder, *argv, environment=None, fault=None, kill=None, limit=None):
        """Run the entrypoint in a folder; return how it ended."""
        folder.mkdir(exist_ok=True, parents=True)
        (folder / "moments").unlink(missing_ok=True)
        order = {
            "argv": list(map(str, argv)),
            "folder": str(folder),
            "environment": environment,
            "fault": fault,
            "kill": kill,
            "limit": limit,
        }
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        self._answer()
        ended = self._answer()
        assert ended["code"] != -6, f"{argv} hung\n{(folder / 'err').read_text()}"
        moments = folder / "moments"
        lines = moments.read_text().splitlines() if moments.exists() else []
        return Ended(
            ended["code"],
            ended["seconds"],
            (folder / "out").read_text(),
            (folder / "err").read_text(),
            tuple(Moment(*json.loads(line)) for line in lines),
        )

    def _answer(self):
        line = self._server.stdout.readline()
        assert line, "the server died"
        return json.loads(line)
