import signal
import time

import pytest


def _under_way(process, root):
    """Wait until the run has its staging folder."""
    while not list(root.glob("models/m/**/request.json")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("pipeline", "signal_", "code", "text"),
    [
        ("shift", signal.SIGTERM, 143, "error: Stopped by SIGTERM; nothing was published\n"),
        ("shift_shards", signal.SIGTERM, 143, "  fix:   run the same command again\n"),
        ("shift", signal.SIGINT, 130, "interrupted; nothing was published\n"),
    ],
)
def test_a_training_that_is_stopped_publishes_nothing_and_clears_its_staging(
    start_headrace, rows, settings, root, pipeline, signal_, code, text
):
    process = start_headrace(
        *("train", pipeline, "--input", rows, "--model", "m", *settings, "--set", "pause=50")
    )
    _under_way(process, root)
    process.send_signal(signal_)
    out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert out == ""
    assert text in err
    assert "Traceback" not in err
    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_a_run_that_was_stopped_can_be_run_again(start_headrace, headrace, rows, settings, root):
    command = ("train", "shift", "--input", rows, "--model", "m", *settings, "--version", "v1")
    process = start_headrace(*command, "--set", "pause=50")
    _under_way(process, root)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert headrace(*command).code == 0
