"""The table of digits in docs/explanation/numbers.md is what its command prints."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/explanation/numbers.md"


def test_the_table_of_digits_is_what_its_command_finds():
    done = subprocess.run(
        [sys.executable, ROOT / "bench/nist.py", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    head, *rows = re.findall(r"^\| (.*) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    ways = head.split(" | ")[1:]
    assert [row.split(" | ")[0] for row in rows] == list(found)
    for row in rows:
        name, *shown = row.split(" | ")
        for way, digits in zip(ways, shown, strict=True):
            if way.startswith("headrace"):  # LAPACK rounds on each machine in its own way
                computed = found[name].get(way)
                assert digits.strip() == ("" if computed is None else f"{computed:.1f}"), name
