"""Runs of the entrypoint that die, and the place they die in."""

import os
import queue
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from harness.place import make_place
from harness.runs import Runs


def pytest_addoption(parser):
    parser.addoption("--attempts", type=int, default=200, help="how many runs are killed")
    parser.addoption("--table", type=Path, help="page whose table of kills is written anew")


class Pool:
    """Some servers of runs, for as many attempts at once."""

    def __init__(self, servers):
        self._servers = servers
        self._idle = queue.SimpleQueue()
        for server in servers:
            self._idle.put(server)

    @contextmanager
    def one(self):
        """Give a server that nobody else uses meanwhile."""
        server = self._idle.get()
        try:
            yield server
        finally:
            self._idle.put(server)

    def map(self, function, items):
        """Call a function with a server and an item, for each item; return the results."""

        def call(item):
            with self.one() as runs:
                return function(runs, item)

        with ThreadPoolExecutor(len(self._servers)) as executor:
            return list(executor.map(call, items))


@pytest.fixture(scope="session")
def pool():
    """Return servers of runs, one for each processor."""
    with ExitStack() as stack:
        yield Pool([stack.enter_context(Runs()) for _ in range(max(2, os.cpu_count() or 2))])


@pytest.fixture(scope="session")
def place(pool, tmp_path_factory):
    """Return a root with published versions, and what the commands do there undisturbed."""
    with pool.one() as runs:
        return make_place(tmp_path_factory.mktemp("place"), runs)
