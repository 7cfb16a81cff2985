"""What a run does when it is asked to stop, as a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

STAND_IN = Path(__file__).with_name("stand_in.py")

# What the entrypoint does with errors, without the rest of it.
PROGRAM = """
import sys
from headrace.errors import HeadraceError
from headrace_orchestration.commands import app
try:
    app(standalone_mode=False)
except HeadraceError as error:
    sys.exit(print(f"error: {error}", file=sys.stderr) or error.exit_code)
"""

FLOW = """\
version: headrace/v1
name: f
steps:
  first: {pipeline: p, mode: train, input: "${env.root}/rows.csv"}
  second: {pipeline: p, mode: train, input: "${env.root}/rows.csv", after: [first]}
"""


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Start a run whose first step waits for ever, and return it when that step runs."""
    (tmp_path / "f.yaml").write_text(FLOW)
    (tmp_path / "rows.csv").write_text("id\n1\n")
    entrypoint = json.dumps([sys.executable, str(STAND_IN)])
    (tmp_path / "e.yaml").write_text(f"entrypoint: {entrypoint}\nroot: .\n")
    calls = tmp_path / "calls"
    monkeypatch.setenv("STAND_IN_CALLS", str(calls))
    monkeypatch.setenv("STAND_IN_SCRIPT", str(tmp_path / "script.json"))
    monkeypatch.chdir(tmp_path)

    def start_run(**behaviour):
        told = {"first": {"wait_for": str(tmp_path / "never"), **behaviour}}
        (tmp_path / "script.json").write_text(json.dumps(told))
        argv = [sys.executable, "-c", PROGRAM, "run", "f.yaml", "--env", "e.yaml"]
        run = subprocess.Popen([*argv, "--run-key", "k1"], stderr=subprocess.PIPE, text=True)
        log = tmp_path / "runs/f/k1/first.log"
        wait_until(lambda: log.exists() and "waiting" in log.read_text())
        return run, int(calls.read_text().split()[1])

    return start_run


def wait_until(is_so, seconds=60):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_is_asked_to_stop_stops_its_steps_and_says_how_to_resume(start, number, code):
    run, step = start()
    run.send_signal(number)
    _, said = run.communicate(timeout=60)
    assert run.returncode == code
    assert not is_running(step)
    assert "first: stopped" in said
    assert "error: The run was stopped; 0 of 2 steps are done" in said
    assert "  fix:   resume with: headrace flow run f.yaml --env e.yaml --run-key k1" in said


def test_a_second_signal_kills_steps_that_do_not_stop(start):
    run, step = start(stubborn=True)
    run.send_signal(signal.SIGINT)
    assert run.stderr is not None
    said = ""
    while "once more kills" not in said:
        said = run.stderr.readline()
        assert said
    assert is_running(step)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=60)
    assert run.returncode == 130
    assert not is_running(step)


def test_a_killed_run_is_taken_up(start, tmp_path):
    run, step = start()
    run.kill()
    run.communicate(timeout=60)
    os.kill(step, signal.SIGKILL)
    (tmp_path / "never").touch()
    argv = [sys.executable, "-c", PROGRAM, "run", "f.yaml", "--env", "e.yaml", "--run-key", "k1"]
    assert subprocess.run(argv, capture_output=True, check=False).returncode == 0
