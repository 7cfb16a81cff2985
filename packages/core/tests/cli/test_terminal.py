"""What people see on a terminal: a real one, of a width."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

HEADRACE = Path(sys.executable).with_name("headrace")
CODE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])")
COLOURS = {*range(30, 39), *range(40, 49), *range(90, 98), *range(100, 108)}
TABLES = [
    ("list",),
    ("describe", "shift"),
    ("doctor", "--quick"),
    ("models", "list"),
    ("models", "list", "flights"),
    ("models", "show", "flights@v1"),
    ("datasets", "list"),
]
HELP = [("--help",), ("train", "--help"), ("models", "--help"), ("describ", "shift")]


@pytest.fixture
def terminal(installed, root, publish):
    """Return a function that runs a command on a terminal and returns what that received."""
    publish(root / "models" / "flights", "v1", kind="model")
    publish(root / "datasets" / "flights.train_score_and_more", "v1")

    def run(columns, *arguments, **environment):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        unset = {"COLUMNS", "NO_COLOR", "FORCE_COLOR", "CI", "GITHUB_ACTIONS"}
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        process = subprocess.Popen(
            [HEADRACE, *arguments],
            env={**kept, "TERM": "xterm-256color", **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        received = b""
        while True:
            try:
                data = os.read(ours, 65536)
            except OSError:  # Linux: the other end is closed
                break
            if not data:
                break
            received += data
        os.close(ours)
        process.wait(timeout=60)
        return received.decode().replace("\r\n", "\n")

    return run


def lines(text):
    """Return the lines that stay on the screen, without codes."""
    text = text.rpartition("\x1b[?25h")[2]  # a spinner has come and gone
    return [line.rstrip() for line in CODE.sub("", text).splitlines()]


def colours(text):
    found = [numbers for numbers, letter in CODE.findall(text) if letter == "m"]
    return {int(n) for numbers in found for n in numbers.split(";") if n} & COLOURS


@pytest.mark.parametrize("command", TABLES, ids=" ".join)
def test_a_table_keeps_to_40_columns_and_breaks_no_word(terminal, command):
    narrow, wide = (lines(terminal(columns, *command)) for columns in (40, 500))
    sentences = set(wide)  # what is no table is left to the terminal to wrap
    assert [line for line in narrow if len(line) > 40 and line not in sentences] == []
    words = set(re.findall(r"(?<!\S)[a-z]{1,16}[.,]?(?!\S)", "\n".join(wide)))
    assert words - set(" ".join(narrow).split()) <= {"aliases"}  # of which there are none


@pytest.mark.parametrize("command", HELP, ids=" ".join)
def test_help_and_usage_errors_keep_to_40_columns(terminal, command):
    assert max(map(len, lines(terminal(40, *command)))) <= 40


@pytest.mark.parametrize("command", [*TABLES, *HELP], ids=" ".join)
def test_no_color_is_respected(terminal, command):
    assert colours(terminal(100, *command, NO_COLOR="1")) == set()


def test_help_has_colours_otherwise(terminal):
    assert colours(terminal(100, "--help")) != set()


def test_a_wide_terminal_gets_tables_and_a_narrow_one_records(terminal):
    table, records = (lines(terminal(columns, "list")) for columns in (120, 40))
    assert any(line.split()[:2] == ["shift", "The"] for line in table)
    assert "pipeline     shift" in records
    assert colours(terminal(40, "list", NO_COLOR="1")) == set()
    assert "what it does The sum of the features and" in records
