import io
import os
import pty
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest

from headrace_orchestration.environment import Environment
from headrace_orchestration.load import load_flow
from headrace_orchestration.local.progress import show_progress
from headrace_orchestration.local.results import State, StepResult
from headrace_orchestration.plan import plan_flow


@pytest.fixture
def step(flights):
    return plan_flow(load_flow(flights), Environment("/root"), "k1").steps[0]


def read_all(terminal):
    shown = b""
    with suppress(OSError):  # the other end is closed
        while chunk := os.read(terminal, 4096):
            shown += chunk
    return shown.decode()


def tell(progress, step, log):
    progress.started(step, 1)
    progress.retrying(step, "error: no disk\n  where: here", timedelta(seconds=30))
    progress.started(step, 2)
    progress.finished(StepResult(step, State.STOPPED, log, attempts=2))
    progress.note("[over]")


def test_elsewhere_than_on_a_terminal_it_is_plain_lines(step, tmp_path):
    stream = io.StringIO()
    with show_progress(stream) as progress:
        tell(progress, step, tmp_path)
    assert stream.getvalue().splitlines() == [
        "train_linreg: train linreg",
        "train_linreg: no disk; again in 30s",
        "train_linreg: train linreg (attempt 2)",
        "train_linreg: stopped",
        "[over]",
    ]


def test_on_a_terminal_what_is_over_stays_as_lines(step, tmp_path, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    reading, writing = pty.openpty()
    with ThreadPoolExecutor(1) as pool:
        shown = pool.submit(read_all, reading)
        with os.fdopen(writing, "w") as terminal, show_progress(terminal) as progress:
            tell(progress, step, tmp_path)
    os.close(reading)
    shown = shown.result()
    for line in ("train_linreg: no disk; again in 30s", "train_linreg: stopped", "[over]"):
        assert line in shown
    assert "train_linreg: train linreg (attempt 2)" in shown
