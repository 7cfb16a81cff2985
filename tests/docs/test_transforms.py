"""The reference of the transforms says what the classes say; run this file to write it anew."""

import inspect
import json
import re
import textwrap
from pathlib import Path

import pytest
import yaml
from pydantic_core import PydanticUndefined

from headrace.contracts.params import TransformStep
from headrace.plugins import discover

PAGE = Path(__file__).parents[2] / "docs/reference/transforms.md"
MARK = "<!-- From here on written by tests/docs/test_transforms.py -->\n"
PLUGINS = discover()
BUILT_IN = {
    name: PLUGINS.load_transform(name)
    for name, spec in sorted(PLUGINS.transforms.items())
    if spec.load.startswith("headrace.transforms.")
}
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|", re.MULTILINE)


def written():
    """Return the part of the page that is made of the classes."""
    sections = [section(name, transform) for name, transform in BUILT_IN.items()]
    return "\n".join(sections)


def section(name, transform):
    summary = PLUGINS.transforms[name].summary
    paragraphs = inspect.getdoc(transform).split("\n\n")
    text = [f"## {name}\n", *(filled(each) for each in (summary, *paragraphs))]
    options = transform.Options.model_fields
    if options:
        text += ["| option | default | |\n|---|---|---|"]
        text += [option(field.alias or key, field) for key, field in options.items()]
    return "\n".join(text).rstrip("\n") + "\n"


def filled(paragraph):
    plain = " ".join(paragraph.split()).replace("``", "`")
    return textwrap.fill(plain, 110, break_on_hyphens=False) + "\n"


def option(name, field):
    default = "required" if field.default is PydanticUndefined else shown(field.default)
    described = " ".join((field.description or "").split()).replace("``", "`")
    return f"| `{name}` | {default} | {described} |"


def shown(default):
    if default is None:
        return ""
    text = default if isinstance(default, str) else json.dumps(default).replace('"', "")
    return f"`{text}`"


def test_the_page_says_what_the_classes_say():
    _, mark, found = PAGE.read_text("utf-8").partition(MARK)
    assert mark
    assert found == "\n" + written(), f"run: python {Path(__file__).name}"


def rows():
    table, *_ = PAGE.read_text("utf-8").partition(MARK)
    return [tuple(map(str.strip, row)) for row in ROW.findall(table)]


@pytest.mark.parametrize(("step", "takes", "learns"), rows())
def test_the_table_says_what_a_transform_takes_and_whether_it_learns(step, takes, learns):
    parsed = TransformStep.model_validate(yaml.safe_load(step))
    transform_type = BUILT_IN[parsed.name]
    transform = transform_type(transform_type.Options.model_validate(parsed.options))
    assert (transform.statistic() is None) == (learns == "nothing")
    said = {"any column"} if len(transform.accepts) > 3 else {str(k) for k in transform.accepts}
    assert set(takes.split(" or ")) == said


def test_the_table_has_all_of_them():
    assert {step.partition(":")[0] for step, *_ in rows()} == set(BUILT_IN)


if __name__ == "__main__":
    before, mark, _ = PAGE.read_text("utf-8").partition(MARK)
    PAGE.write_text(before + mark + "\n" + written(), "utf-8")
