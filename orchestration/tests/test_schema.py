"""The JSON schema says of a file's form what loading it says."""

import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from headrace_orchestration.flow import Flow
from headrace_orchestration.schema import flow_schema

FLOWS = sorted((Path(__file__).parents[1] / "flows").glob("*.yaml"))
SCHEMA = flow_schema()
EVERYTHING = """\
version: headrace/v1
name: all
description: Every field there is.
image: project
schedule: {cron: "0 3 * * mon-fri", timezone: Europe/Zurich, assets: {all: [rows], any: [rows]}}
partitions: {daily: {first: 2013-01-01, last: 2013-12-31}}
params: {rounds: {type: integer, default: 1, minimum: 1, maximum: 9, description: Trees.}}
datasets: {rows: {uri: "a/${partition}.csv", columns: [id, x]}, out: {uri: x}}
groups: {both: {description: Two.}}
defaults: {resources: {cpu: 2, memory: 1Gi}, retry: {attempts: 3, delay: 1m}, timeout: 1h, pool: x}
steps:
  there: {mode: wait, input: "o.s@${partition}", every: 30s, max_age: 1d, timeout: 6h, pool: waits}
  fit:
    foreach: [JFK, 1, 0.5]
    group: both
    after: [there]
    pipeline: p
    mode: train
    input: "${datasets.rows}"
    where: x > 1
    max_bad: 0
    image: other
    resources: {cpu: 500m}
    retry: {attempts: 1}
    params: {a: [1, null, {b: c}]}
    set: {transforms.x: [impute]}
    promote: champion
  score:
    {pipeline: p, mode: score, input: x, model: m@1, out_of_fold: true, keep: [id], prediction: y,
     interval: 0.9, publish: "out_${item}", allow_chain: [linreg], params: p.yaml}
  check: {pipeline: p, mode: evaluate, input: x, model: m@1, allow_chain: [linreg]}
"""


def is_valid(text):
    # Dates stay text, as they do for us.
    value = yaml.safe_load(re.sub(r"(\d{4}-\d\d-\d\d)", r"'\1'", text))
    found = Draft202012Validator(SCHEMA).is_valid(value)
    try:
        Flow.model_validate(value)
    except ValidationError:
        return found, False
    return found, True


def test_it_is_a_json_schema_and_says_what_fields_mean():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["steps"]["description"] == "What the flow does."
    for definition in SCHEMA["$defs"].values():
        for name, field in definition.get("properties", {}).items():
            assert field.get("description"), name


def test_every_field_is_in_the_flow_of_these_tests():
    for definition in SCHEMA["$defs"].values():
        for name in definition.get("properties", {}):
            assert re.search(rf"\b{name}:", EVERYTHING), name


@pytest.mark.parametrize("text", [EVERYTHING, *(file.read_text("utf-8") for file in FLOWS)])
def test_good_flows_are_good_to_both(text):
    assert is_valid(text) == (True, True)


def test_the_flow_of_the_other_tests_is_good_to_both(flights):
    assert is_valid(flights.read_text("utf-8")) == (True, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: headrace/v1", "version: headrace/v2"),
        ("name: all", "name: All"),
        ("name: all", f"name: a{'b' * 63}"),
        ("name: all", "nam: all"),
        ("image: project", "image: registry/project@sha256"),
        ('cron: "0 3 * * mon-fri", ', 'cron: "0 3 * *", '),
        (
            'cron: "0 3 * * mon-fri", timezone: Europe/Zurich, assets: {all: [rows], any: [rows]}',
            "",
        ),
        ("assets: {all: [rows], any: [rows]}", "assets: {}"),
        ("all: [rows], any: [rows]", "all: []"),
        ("partitions: {daily", "partitions: {weekly"),
        ("{daily: {first: 2013-01-01, last: 2013-12-31}}", "{daily: {}, monthly: {}}"),
        ("type: integer", "type: int"),
        ("default: 1, ", ""),
        ("rounds: {type", "Rounds: {type"),
        ("columns: [id, x]", "columns: []"),
        ("columns: [id, x]", "columns: ['a,b']"),
        ("cpu: 2,", "cpu: many,"),
        ("cpu: 2,", "cpu: 0,"),
        ("cpu: 500m", "cpu: 0m"),
        ("memory: 1Gi", "memory: 1 GB"),
        ("attempts: 3", "attempts: 0"),
        ("delay: 1m", "delay: 1"),
        ("timeout: 1h", "timeout: ''"),
        ("pool: x}", "pool: ' '}"),
        ("groups: {both", "groups: {Both"),
        ("every: 30s", "every: soon"),
        ("foreach: [JFK, 1, 0.5]", "foreach: []"),
        ("foreach: [JFK, 1, 0.5]", "foreach: JFK"),
        ("foreach: [JFK, 1, 0.5]", "foreach: [true]"),
        ("foreach: [JFK, 1, 0.5]", "foreach: [[a]]"),
        ("mode: train", "mode: fit"),
        ("    mode: train\n", ""),
        ("    pipeline: p\n", ""),
        ("max_bad: 0", "max_bad: 2"),
        ("params: {a: [1, null, {b: c}]}", "params: 3"),
        ("promote: champion", "promote: v2"),
        ("promote: champion", "promote: latest"),
        ("promote: champion", "publish: out"),
        ("keep: [id]", "keep: []"),
        ("interval: 0.9", "interval: 1"),
        ('publish: "out_${item}"', 'publish: "out-${item}"'),
        ("allow_chain: [linreg], params", "allow_chain: linreg, params"),
        ("mode: wait", "mode: wait, pipeline: p"),
        ("  check: {", "  Check: {"),
    ],
)
def test_bad_flows_are_bad_to_both(old, new):
    assert old in EVERYTHING
    assert is_valid(EVERYTHING.replace(old, new)) == (False, False)
