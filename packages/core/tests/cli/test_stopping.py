import signal
import subprocess
import sys
import time

import pytest


@pytest.fixture
def start_training(start_headrace, rows, settings, root):
    """Return a function that starts a training and waits until it is under way."""

    def start(pipeline, *arguments):
        process = start_headrace(
            *("train", pipeline, "--input", rows, "--model", "m", "--version", "v1"),
            *("--set", "pause=50", *settings, *arguments),
        )
        while not list(root.glob("models/m/staging/**/request.json")):
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        return process

    return start


@pytest.mark.parametrize(
    ("pipeline", "signal_", "code", "text"),
    [
        ("shift", signal.SIGTERM, 143, "error: Stopped by SIGTERM; nothing is left half-"),
        ("shift_shards", signal.SIGTERM, 143, "  fix:   run the same command again: it"),
        ("shift", signal.SIGINT, 130, "interrupted; nothing is left half-published\n"),
    ],
    ids=["terminated", "terminated in a fit from shards", "interrupted"],
)
def test_a_training_that_is_stopped_publishes_nothing_and_clears_its_staging(
    start_training, root, pipeline, signal_, code, text
):
    process = start_training(pipeline)
    process.send_signal(signal_)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert out == ""
    assert text in err
    assert "Traceback" not in err
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_a_run_that_was_stopped_can_be_run_again(start_training, headrace, rows, settings):
    process = start_training("shift")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    ended = headrace(
        *("train", "shift", "--input", rows, "--model", "m", "--version", "v1", *settings)
    )
    assert ended.code == 0


STUBBORN = """
import time
from headrace.cli import stopping

stopping._GRACE = 0.1
with stopping.stop_on_signals():
    while True:
        try:
            print("begun", flush=True)
            time.sleep(60)
        except BaseException:
            pass  # as Beam, which waits for a worker that waits for it
"""


@pytest.mark.parametrize(("signal_", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_does_not_end_when_it_is_stopped_is_ended(signal_, code):
    process = subprocess.Popen(
        [sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal_)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert err == (
        f"error: Stopped by {signal_.name}; nothing is left half-published\n"
        "  fix:   run the same command again: it knows what is done\n"
    )
