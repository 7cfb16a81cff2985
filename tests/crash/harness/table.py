"""The table of docs/explanation/crash-consistency.md: what was tried, seen and done again."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEAD = [
    "| fault | moment | tried | a reader sees | the same command again |",
    "|---|---|---|---|---|",
]
ROW = re.compile(
    r"\| (?P<fault>[^|]+) \| (?P<moment>[^|]+) \| (?P<tried>[\d,]+) \| [^|]+ \| [^|]+ \|"
)


@dataclass
class Count:
    """Of one fault at one moment: how often it was tried, seen as new, and found done."""

    tried: int = 0
    new: int = 0
    done: int = 0


def counts_of(verdicts):
    """Count verdicts by fault and moment."""
    counts = {}
    for verdict in verdicts:
        count = counts.setdefault((verdict.fault, verdict.moment), Count())
        count.tried += 1
        count.new += verdict.is_new
        count.done += verdict.was_done
    return counts


def rows_of(counts):
    """Return the rows of a table, sorted."""
    return [
        f"| {fault} | {moment} | {count.tried:,} "
        f"| {_split(count.tried - count.new, 'old', count.new, 'new')} "
        f"| {_split(count.tried - count.done, 'does it', count.done, 'already done')} |"
        for (fault, moment), count in sorted(counts.items(), key=lambda item: _order(item[0]))
    ]


def update(page, name, counts):
    """Put a table between its two marks in a page."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = page.read_text("utf-8")
    before, _, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    assert found_end, f"{page} has no place for the table '{name}'"
    total = sum(count.tried for count in counts.values())
    lines = [*HEAD, *rows_of(counts), "", f"Tried: {total:,}. Lost: 0. Half-written: 0."]
    page.write_text("\n".join([before + begin, *lines, end]) + after, encoding="utf-8")


def _order(key):
    fault, moment = key
    when, _, what = moment.partition(" ")
    return fault, when == "at", what, when != "before"


def _split(n_first, first, n_second, second):
    parts = [(n_first, first), (n_second, second)]
    shown = [(number, what) for number, what in parts if number]
    if len(shown) == 1:
        return shown[0][1]
    return ", ".join(f"{what} {number:,}" for number, what in shown)
