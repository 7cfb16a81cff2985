"""Code in the documentation is the code of the files it links to."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+\.py)\)")


def snippets():
    for page in PAGES:
        text = page.read_text("utf-8")
        for number, found in enumerate(PYTHON.finditer(text)):
            links = LINK.findall(text[: found.start()])
            yield pytest.param(page, links, found[1], id=f"{page.relative_to(ROOT)}-{number}")


@pytest.mark.parametrize(("page", "links", "snippet"), list(snippets()))
def test_a_snippet_is_part_of_the_file_that_the_last_link_before_it_names(page, links, snippet):
    assert links, "link to the file that the snippet is from"
    wanted = lines_of(snippet)
    found = lines_of((page.parent / links[-1]).read_text("utf-8"))
    starts = range(len(found) - len(wanted) + 1)
    assert any(found[start : start + len(wanted)] == wanted for start in starts), (
        f"not in {links[-1]}:\n{snippet}"
    )


def lines_of(code):
    """Return the lines that are not blank, without their indentation: a formatter changes both."""
    return [line.strip() for line in code.splitlines() if line.strip()]
