"""The page on crashes shows a table as the test of crashes writes it."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/explanation/crash-consistency.md"
TABLE = re.compile(r"<!-- kills: begin -->\n(.*)<!-- kills: end -->", re.DOTALL)
ROW = re.compile(
    r"\| SIG(KILL|TERM) \| (before|after|at) [a-z, -]+ \| ([\d,]+) "
    r"\| (old|new|old [\d,]+, new [\d,]+) "
    r"\| (does it|already done|does it [\d,]+, already done [\d,]+) \|"
)
TRIED = re.compile(r"Tried: ([\d,]+)\. Lost: 0\. Half-written: 0\.")


def number(text):
    return int(text.replace(",", ""))


def test_the_table_of_kills_is_as_the_test_writes_it_and_adds_up():
    lines = TABLE.search(PAGE.read_text("utf-8"))[1].splitlines()
    assert lines[0] == "| fault | moment | tried | a reader sees | the same command again |"
    rows = [ROW.fullmatch(line) for line in lines[2:-2]]
    assert all(rows), lines
    assert len(
        {(row[1], line.split("|")[2]) for row, line in zip(rows, lines[2:-2], strict=True)}
    ) == len(rows)
    assert sum(number(row[3]) for row in rows) == number(TRIED.fullmatch(lines[-1])[1]) >= 200
    moments = " ".join(lines)
    for moment in ("before the manifest", "after the manifest", "an entry of the alias log"):
        assert moment in moments


def test_what_is_seen_as_new_is_found_done():
    for row in ROW.finditer(PAGE.read_text("utf-8")):
        seen, again = row[4], row[5]
        assert again == seen.replace("old", "does it").replace("new", "already done")
