import signal
import time

import pytest


@pytest.mark.parametrize("pipeline", ["shift", "shift_shards"])
def test_a_training_that_is_stopped_ends_with_143_and_publishes_nothing(
    start_headrace, rows, settings, root, published, pipeline
):
    process = start_headrace(
        *("train", pipeline, "--input", rows, "--model", "m", *settings),
        *("--set", "pause=50"),
    )
    while not list(root.glob("models/m/*/*/request.json")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 143
    assert out == ""
    assert "error: Stopped by SIGTERM; nothing was published" in err
    assert published(root) == []
    assert [path for path in root.rglob("*") if path.is_file()] == []
