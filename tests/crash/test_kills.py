"""Runs that are killed at any moment leave the old or the new, and can be run again."""

import shutil
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

from harness.judge import STOPPED, Verdict, judge
from harness.plan import STARTED, plan
from harness.runs import Ended
from harness.table import counts_of, update

SAID = [
    "error: Stopped by SIGTERM; nothing is left half-published",
    "  fix:   run the same command again: it knows what is done",
]
HEADRACE = Path(sys.executable).with_name("headrace")


def kill(runs, attempt, place, folder):
    """Make a run that dies."""
    argv, seconds = attempt.command.argv, place.seconds[attempt.command.name]
    if attempt.fault is not None:
        return runs.run(folder, *argv, fault=attempt.fault)
    if attempt.moment != STARTED:
        return runs.run(folder, *argv, kill=[attempt.share * seconds, int(attempt.signal)])
    process = subprocess.Popen(
        [HEADRACE, *argv], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    time.sleep(attempt.share * (seconds + 4))  # it imports Beam first
    process.send_signal(attempt.signal)
    out, err = process.communicate(timeout=180)
    return Ended(process.returncode, seconds, out, err, ())


def test_a_run_that_is_killed_leaves_the_old_or_the_new_and_can_be_run_again(
    pool, place, tmp_path, request
):
    n_attempts = request.config.getoption("attempts")

    def try_one(runs, attempt):
        folder = place.copy(tmp_path / str(attempt.number))
        try:
            ended = kill(runs, attempt, place, folder)
            is_kill = attempt.signal == signal.SIGKILL
            assert ended.code in ({0, -9} if is_kill else STOPPED), ended.err
            is_new, was_done = judge(
                place, attempt.command, folder, lambda: runs.run(folder, *attempt.command.argv)
            )
            if ended.code == 143:
                assert ended.err.splitlines()[-2:] == SAID
                assert "Traceback" not in ended.err
        except Exception:  # noqa: BLE001 - all attempts are made, then all that failed are shown
            return attempt, traceback.format_exc()
        shutil.rmtree(folder)
        if ended.code == 0:
            return attempt, None  # it was done before it could die
        name = signal.Signals(attempt.signal).name
        return attempt, Verdict(name, attempt.moment, is_new, was_done)

    results = pool.map(try_one, plan(place, n_attempts))
    failed = [(attempt, text) for attempt, text in results if isinstance(text, str)]
    shown = "\n\n".join(f"{attempt}\n{text}" for attempt, text in failed[:20])
    assert not failed, f"{len(failed)} of {n_attempts} attempts failed\n{shown}"
    counts = counts_of(verdict for _, verdict in results if verdict is not None)
    assert sum(count.tried for count in counts.values()) > 0.7 * n_attempts
    page = request.config.getoption("table")
    if page is not None:
        update(page, "kills", counts)
