"""Every command of the README and the tutorial runs, in order, and prints what they show."""

import os
import re
import subprocess
from dataclasses import dataclass
from math import isclose
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TUTORIAL = [f"docs/tutorial/{page}.md" for page in ("first-run", "first-pipeline", "stitch-two")]
HOW_TO = [f"docs/how-to/{page}.md" for page in ("manage-versions", "update-and-forget")]
PAGES = [*TUTORIAL, *HOW_TO, "README.md"]
ELSEWHERE = re.compile(
    r"\./nox$"  # what this test is a part of
    r'|\./nox -s "tests\(\w+\)"'  # tests/e2e/test_new.py runs them for new packages
)
BLOCK = re.compile(
    r"(?:Save this as `(?P<file>[^`]+)`:\n\n)?^```(?P<kind>console|text|yaml)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
MARK = "=== block {} ==="
FRESH = "deactivate\nrm -r .venv packages/pipeline-ridge\n"  # as if the README were read first


@dataclass(frozen=True)
class Block:
    """Commands or a file, and what is shown to come of it."""

    page: str
    number: int
    file: str | None
    text: str
    shown: str

    @property
    def script(self):
        if self.file is not None:
            return f"mkdir -p {Path(self.file).parent}\ncat > {self.file} <<'END'\n{self.text}END\n"
        lines = self.text.splitlines()
        return "\n".join(":" if ELSEWHERE.match(line) else line for line in lines) + "\n"


def blocks_of(page):
    found = list(BLOCK.finditer((ROOT / page).read_text("utf-8")))
    for number, block in enumerate(found):
        if block["kind"] == "console" or block["file"]:
            after = found[number + 1] if number + 1 < len(found) else None
            shown = after["text"] if after and after["kind"] == "text" else ""
            yield Block(page, number, block["file"], block["text"], shown)


BLOCKS = [block for page in PAGES for block in blocks_of(page)]
README_BEGINS = next(block for block in BLOCKS if block.page == "README.md")


@pytest.fixture(scope="module")
def printed(copy_of_the_workspace):
    """Run all blocks in one shell in one clone, as a reader does; return what each printed."""
    script = ["set -euo pipefail\n"]
    for index, block in enumerate(BLOCKS):
        fresh = FRESH if block is README_BEGINS else ""
        script.append(f"{fresh}echo '{MARK.format(index)}'\n{block.script}")
    script.append(f"echo '{MARK.format(len(BLOCKS))}'\n")
    hidden = {"VIRTUAL_ENV", *(name for name in os.environ if name.startswith("HEADRACE_"))}
    done = subprocess.run(
        ["bash", "-c", "".join(script)],
        cwd=copy_of_the_workspace(),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name not in hidden},
    )
    parts = re.split(r"^=== block \d+ ===\n", done.stdout, flags=re.MULTILINE)[1:]
    return parts, done.stderr


@pytest.mark.parametrize(
    "index", range(len(BLOCKS)), ids=[f"{block.page}-{block.number}" for block in BLOCKS]
)
def test_commands_run_and_print_what_is_shown(printed, index):
    parts, errors = printed
    assert index < len(parts), "not reached: a block before it failed"
    assert index + 1 < len(parts), f"a command failed:\n{errors[-5_000:]}"
    lines = iter(parts[index].splitlines())
    for wanted in BLOCKS[index].shown.splitlines():
        if wanted.strip() not in {"", "…"}:
            assert any(is_same(wanted, line) for line in lines), (
                f"not printed, or not in this order: {wanted}\nprinted:\n{parts[index]}"
            )


def is_same(shown, line):
    """Compare two lines, whatever their spaces, times and made-up versions."""
    ours, theirs = masked(shown).split(), masked(line).split()
    return len(ours) == len(theirs) and all(map(is_same_word, ours, theirs))


def is_same_word(shown, word):
    """Compare two words; numbers by their first digits, for machines round in their own ways."""
    try:
        return isclose(float(shown.strip(",")), float(word.strip(",")), rel_tol=1e-3)
    except ValueError:
        return shown == word


def masked(line):
    line = re.sub(r"\b\d{8}T\d{6}Z-[0-9a-f]{8}\b", "VERSION", line)
    line = re.sub(r"\b\d+ (s|min|h|d)\b", "AGE", line)
    line = re.sub(r"\b\d{4}-\d\d-\d\d \d\d:\d\d\b", "TIME", line)
    line = re.sub(r"(?<!\S)/\S+/headrace/(?=(models|datasets|flights)/)", "ROOT/", line)
    line = re.sub(r"\b[0-9a-f]{12}\b", "DIGEST", line)
    return re.sub(r"(?<=\s)\d+\.\d(?=\s)", "SECONDS", line)


def test_each_shown_result_follows_its_commands():
    for page in PAGES:
        kinds = [block["kind"] for block in BLOCK.finditer((ROOT / page).read_text("utf-8"))]
        for before, kind in zip(["yaml", *kinds], kinds, strict=False):
            assert kind != "text" or before == "console", page


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_of_a_kind_that_is_tested(page):
    kinds = set(re.findall(r"^```(\w+)$", (ROOT / page).read_text("utf-8"), re.MULTILINE))
    assert kinds <= {"console", "text", "yaml", "python"}
