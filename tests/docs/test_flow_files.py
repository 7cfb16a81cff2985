"""The reference of flow files says what the models say; run this file to write it anew."""

import json
import re
import textwrap
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from headrace_orchestration.check_command import check_command
from headrace_orchestration.environment import Environment
from headrace_orchestration.fields import write_duration
from headrace_orchestration.flow import (
    AssetRule,
    Dataset,
    Defaults,
    EvaluateStep,
    Flow,
    Group,
    Resources,
    Retry,
    Schedule,
    ScoreStep,
    TrainStep,
    WaitStep,
)
from headrace_orchestration.flow_params import FlowParam
from headrace_orchestration.load import load_flow
from headrace_orchestration.partitions import Partitions, Span
from headrace_orchestration.plan import plan_flow
from headrace_orchestration.schema import flow_schema

PAGE = Path(__file__).parents[2] / "docs/reference/flow-files.md"
MARK = "<!-- From here on written by tests/docs/test_flow_files.py -->\n"
STEPS = {"train": TrainStep, "score": ScoreStep, "evaluate": EvaluateStep, "wait": WaitStep}
SECTIONS = {
    "`schedule`": Schedule,
    "`schedule.assets`": AssetRule,
    "`partitions.CADENCE`": Span,
    "`params.NAME`": FlowParam,
    "`datasets.NAME`": Dataset,
    "`groups.NAME`": Group,
    "`defaults`": Defaults,
    "`resources`": Resources,
    "`retry`": Retry,
}


def written():
    """Return the part of the page that is made of the models."""
    parts = ["## A flow\n\n" + table(Flow), f"## Steps\n\n{step_table()}"]
    for title, model in SECTIONS.items():
        summary = textwrap.fill(said(model.__doc__), 110)
        parts.append(f"## {title}\n\n{summary}\n\n{table(model)}")
    return "\n\n".join(parts) + "\n"


def table(model):
    rows = [f"| `{name}` | {default(field)} | {meaning(field)} |" for name, field in fields(model)]
    return "\n".join(["| field | if left out | meaning |", "|---|---|---|", *rows])


def step_table():
    modes = {}
    for mode, model in STEPS.items():
        for name, field in fields(model):
            if name != "mode":
                modes.setdefault(name, {})[mode] = field
    rows = ["| field | modes | if left out | meaning |", "|---|---|---|---|"]
    rows.append(f"| `mode` | all | **required** | {', '.join(f'`{mode}`' for mode in STEPS)} |")
    for name, by_mode in modes.items():
        for group in grouped(by_mode):
            field = by_mode[group[0]]
            where = "all" if len(group) == len(STEPS) else ", ".join(f"`{mode}`" for mode in group)
            rows.append(f"| `{name}` | {where} | {default(field)} | {meaning(field)} |")
    return "\n".join(rows)


def grouped(by_mode):
    """Return the modes in groups in which a field means the same."""
    groups = {}
    for mode, field in by_mode.items():
        groups.setdefault((meaning(field), default(field)), []).append(mode)
    return groups.values()


def fields(model):
    return [(field.alias or name, field) for name, field in model.model_fields.items()]


def meaning(field):
    return said(field.description)


def said(text):
    return " ".join(text.split()).replace("``", "`").replace("|", "\\|")


def default(field):
    value = field.default
    if value is PydanticUndefined:
        return "**required**"
    if value is None or value in ((), {}, ""):
        return ""
    if isinstance(value, BaseModel):
        return "as [below](#resources)" if isinstance(value, Resources) else "see below"
    if isinstance(value, timedelta):
        return f"`{write_duration(value)}`"
    return f"`{value}`" if isinstance(value, str) else f"`{json.dumps(value)}`"


def test_the_page_says_what_the_models_say():
    _, mark, found = PAGE.read_text("utf-8").partition(MARK)
    assert mark
    assert found == "\n" + written(), f"run: python {Path(__file__).name}"


def test_every_model_of_a_flow_file_is_on_the_page():
    models = {model.__name__ for model in (*SECTIONS.values(), *STEPS.values())}
    assert set(flow_schema()["$defs"]) - {"JsonValue"} == models
    assert Partitions


@pytest.fixture
def flow(tmp_path):
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    file = tmp_path / "delays.yaml"
    file.write_text(text)
    return file


def test_the_flow_on_the_page_is_one(flow):
    plan = plan_flow(load_flow(flow), Environment("/data"), "2013-01-05", partition="2013-01-05")
    steps = {step.name: step for step in plan.steps}
    assert list(steps) == ["weather_there", "fit_jfk", "fit_lga", "score_jfk", "score_lga"]
    assert steps["score_jfk"].model_uri == "/data/models/delays.fit_jfk@2013-01-05"
    assert steps["score_lga"].publish_uri == steps["score_lga"].uri


def test_the_flow_on_the_page_has_no_faults(flow, capsys):
    options = {"root": None, "params": (), "catalog_file": None, "as_json": False}
    check_command(flow, None, **options)
    assert capsys.readouterr().out.startswith("Flow 'delays': 5 steps, no faults, checked against")


if __name__ == "__main__":
    before, mark, _ = PAGE.read_text("utf-8").partition(MARK)
    PAGE.write_text(before + mark + "\n" + written(), "utf-8")
