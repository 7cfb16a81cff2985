"""Whatever lies on storage, reading it ends in time and memory, and with our errors only."""

import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hostile import damaged, other_json
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from readers import DONE, READERS, REFUSED

PROGRAM = Path(__file__).with_name("readers.py")
JSON = ["manifest", "alias", "bundle", "linear", "xgb", "lgbm"]
BINARY = ["golden", "sums", "parquet", "hostile-lightgbm", "hostile-ubjson"]
DIGESTED = ["damaged-ubjson", "damaged-lightgbm"]

fuzz = settings(
    deadline=None, suppress_health_check=list(HealthCheck), max_examples=100, derandomize=True
)


class Reader:
    """A process that reads cases; a new one takes its place when it ends."""

    def __init__(self, name):
        self._name = name
        self._process = None
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`

    def __call__(self, data):
        """Return the letter of the answer, or how the process ended."""
        process = self._process or self._start()
        with suppress(BrokenPipeError):
            process.stdin.write(len(data).to_bytes(4, "big") + data)
            process.stdin.flush()
        answer = process.stdout.read(1)
        if answer:
            return answer
        self._end()
        return f"ended with {process.returncode}"

    @property
    def said(self):
        self._said.seek(0)
        return self._said.read()[-4_000:].decode(errors="replace")

    def _start(self):
        self._process = subprocess.Popen(
            [sys.executable, PROGRAM, self._name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
        )
        return self._process

    def _end(self):
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
        self._process = None

    def close(self):
        if self._process is not None:
            self._end()
        self._said.close()


@pytest.fixture(scope="module")
def readers():
    """Return a function that returns the one reader of a name."""
    started = {}

    def reader(name):
        if name not in started:
            started[name] = Reader(name)
        return started[name]

    yield reader
    for each in started.values():
        each.close()


def check(reader, data, wanted=(DONE, REFUSED)):
    answer = reader(data)
    if answer not in wanted:
        note(reader.said)
        note(repr(data[:2_000]))
    assert answer in wanted


@pytest.mark.parametrize("name", JSON)
@fuzz
@given(data=st.data())
def test_json_that_says_something_else_is_refused_or_read(readers, name, data):
    check(readers(name), data.draw(other_json(READERS[name][0].read_bytes())))


@pytest.mark.parametrize("name", [*JSON, *BINARY])
@fuzz
@given(data=st.data())
def test_damaged_files_are_refused_or_read(readers, name, data):
    check(readers(name), data.draw(damaged(READERS[name][0].read_bytes())))


@pytest.mark.parametrize("name", DIGESTED)
@fuzz
@given(data=st.data())
def test_what_is_not_the_file_of_the_digest_is_refused_before_a_parser_sees_it(readers, name, data):
    seed = READERS[name][0].read_bytes()
    changed = data.draw(damaged(seed))
    check(readers(name), changed, (DONE,) if changed == seed else (REFUSED,))


@pytest.mark.parametrize("name", READERS)
def test_a_file_as_it_was_written_is_read(readers, name):
    assert readers(name)(READERS[name][0].read_bytes()) == DONE
