"""A process that has imported all that a run needs, and forks one for each run that is asked for.

A fresh interpreter needs seconds to import Beam; a fork needs none. It has used no store before it
forks, which the storage library could not bear. Reads orders from stdin, one JSON object a line:
``argv``, ``folder``, ``environment``, ``fault`` (what `faults.install` takes), ``limit`` (bytes of
the largest file), ``kill`` (``[seconds, signal]``); writes one answer a line: ``pid``, then
``code`` (negative for a signal) and ``seconds``.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import pyarrow.parquet  # noqa: F401
from apache_beam.runners.portability import fn_api_runner  # noqa: F401

import headrace.cli.app
import headrace.runtime.score
import headrace.runtime.train
import headrace_linreg.pipeline  # noqa: F401
from harness import faults

PATIENCE = 180  # seconds until a run is taken to hang


def become(order):
    """Become the entrypoint."""
    folder = Path(order["folder"])
    for name, number in (("out", 1), ("err", 2)):
        file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(folder)
    os.environ.update(order.get("environment") or {})
    if order.get("fault") is not None:
        faults.install(folder / "moments", **order["fault"])
    if order.get("limit"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["limit"], order["limit"]))
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    sys.argv = ["headrace", *order["argv"]]


def answer(**values):
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def wait(pid, kill, started):
    """Return the exit code of a run, killed after some time if it is to be."""
    moments = [(started + PATIENCE, signal.SIGABRT)]
    if kill:
        moments.insert(0, (started + kill[0], kill[1]))
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if moments and time.monotonic() >= moments[0][0]:
            os.kill(pid, moments.pop(0)[1])
        time.sleep(0.002)


def serve():
    """Carry out orders; return in a forked process, to become the entrypoint."""
    for line in sys.stdin:
        order = json.loads(line)
        started = time.monotonic()
        pid = os.fork()
        if not pid:
            become(order)
            return True
        answer(pid=pid)
        code = wait(pid, order.get("kill"), started)
        answer(code=code, seconds=time.monotonic() - started)
    return False


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        if serve():
            headrace.cli.app.program()
