"""Real processes at one alias log at once."""

import subprocess
import sys
from itertools import pairwise
from time import sleep

import pytest

from headrace.storage import Versions

ROUNDS = 40
PROMOTER = """
import sys
from headrace.errors import HeadraceError
from headrace.storage import Versions
from headrace.storage.promote import promote
versions = Versions(sys.argv[1], "dataset")
print("ready", flush=True)
for line in sys.stdin:
    try:
        promote(versions, line.strip(), "champion", note=sys.argv[2])
        print(0, flush=True)
    except HeadraceError as error:
        print(error.exit_code, flush=True)
"""
PRUNER = """
import sys
from headrace.storage import Versions
from headrace.storage.removal import remove_versions
versions = Versions(sys.argv[1], "dataset")
print("ready", flush=True)
for line in sys.stdin:
    print(*remove_versions(versions, [line.strip()]), flush=True)
"""


class Process:
    def __init__(self, code, *arguments):
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.answer() == "ready"

    def ask(self, text):
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()

    def answer(self):
        return self._process.stdout.readline().strip()

    def end(self):
        self._process.communicate(timeout=30)
        assert self._process.returncode == 0


@pytest.fixture
def start():
    started = []

    def start(*arguments):
        started.append(Process(*arguments))
        return started[-1]

    yield start
    for process in started:
        process.end()


def test_of_two_trainers_that_promote_at_once_none_loses_unheard(name, publish, start):
    for number in range(2 * ROUNDS):
        publish(name, f"v{number}", minutes=number)
    ours, theirs = (start(PROMOTER, name, note) for note in ("ours", "theirs"))
    n_lost = 0
    for turn in range(ROUNDS):
        wanted = {ours: f"v{2 * turn}", theirs: f"v{2 * turn + 1}"}
        for process, version in wanted.items():
            process.ask(version)
        codes = {process: process.answer() for process in wanted}
        losers = [process for process, code in codes.items() if code != "0"]
        assert set(codes.values()) <= {"0", "75"}
        assert len(losers) < 2
        for loser in losers:  # who tries again has both moves in the log
            n_lost += 1
            loser.ask(wanted[loser])
            assert loser.answer() == "0"
    moves = Versions(str(name), "dataset").aliases.history()
    assert {move.version for move in moves} == {f"v{number}" for number in range(2 * ROUNDS)}
    assert len(moves) == 2 * ROUNDS
    for later, earlier in pairwise(moves):
        assert later.previous == earlier.version


def test_a_version_is_pruned_or_promoted_never_both(name, publish, start):
    for number in range(ROUNDS):
        publish(name, f"v{number}", minutes=number)
    promoter, pruner = start(PROMOTER, name, ""), start(PRUNER, name)
    outcomes = set()
    versions = Versions(str(name), "dataset")
    for turn in range(ROUNDS):
        version = f"v{turn}"
        first, second = (promoter, pruner) if turn % 2 else (pruner, promoter)
        first.ask(version)
        sleep(turn % 8 / 2000)  # so that now and then the promotion is the faster one
        second.ask(version)
        code, removed = promoter.answer(), pruner.answer()
        is_promoted, is_removed = code == "0", removed == version
        assert not (is_promoted and is_removed)
        assert (versions.find(version) is None) == is_removed
        at = versions.aliases.current().get("champion")
        assert (at == version) == is_promoted
        assert at is None or versions.find(at) is not None
        outcomes.add((is_promoted, is_removed))
    assert (True, False) in outcomes or (False, True) in outcomes
