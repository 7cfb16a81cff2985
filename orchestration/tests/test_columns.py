"""Columns that a step names and its input does not have, told before a row is read."""

import pytest

from headrace_orchestration.check import check_flow
from headrace_orchestration.environment import Environment
from headrace_orchestration.load import load_flow
from headrace_orchestration.plan import plan_flow

FLOW = """\
version: headrace/v1
name: f
datasets:
  rows: {uri: rows/*.parquet, columns: [id, a, b, y]}
  other: {uri: other/*.parquet}
steps:
  fit: {pipeline: linreg, mode: train, input: "${datasets.rows}",
    params: {features: [a, b], target: y, key: [id]}}
  score: {pipeline: linreg, mode: score, input: "${datasets.rows}", model: "${steps.fit.model}",
    keep: [id, a, y], interval: 0.9}
  next: {pipeline: xgb, mode: train, input: "${steps.score.output}",
    params: {features: [a, linreg_prediction_lower], target: y, key: [id], folds: 0}}
  again: {pipeline: xgb, mode: score, input: "${steps.score.output}", model: "${steps.next.model}"}
"""


@pytest.fixture
def check(write, catalog):
    def faults_of(old="", new=""):
        assert old in FLOW
        loaded = load_flow(write(FLOW.replace(old, new), "f"))
        plan = plan_flow(loaded, Environment("/root"), "k1")
        return [
            str(fault).rpartition("/")[2]
            for fault in sorted(check_flow(loaded, plan, catalog))
            if "column" in fault.message
        ]

    return faults_of


def test_columns_that_are_there_are_no_fault(check):
    assert check() == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "features: [a, b]",
            "features: [a, bb]",
            "f.yaml:8: steps.fit: params.features.1: the input has no column 'bb'; did you mean",
        ),
        (
            "[a, b], target: y",
            "[a, b], target: why",
            "f.yaml:8: steps.fit: params.target: the input has no column 'why'; there are: id, a,",
        ),
        (
            "keep: [id, a, y]",
            "keep: [id, aa, a, y]",
            "f.yaml:10: steps.score: keep: the input has no column 'aa'; did you mean 'a'?",
        ),
        (
            "keep: [id, a, y]",
            "keep: [id, y]",
            "f.yaml:12: steps.next: params.features.0: the input has no column 'a'; there are: id",
        ),
        (
            ", interval: 0.9",
            "",
            "params.features.1: the input has no column 'linreg_prediction_lower'; did you mean",
        ),
        (
            'again: {pipeline: xgb, mode: score, input: "${steps.score.output}"',
            'again: {pipeline: xgb, mode: score, input: "${datasets.rows}"',
            "f.yaml:13: steps.again: the input has no column 'linreg_prediction_lower'; there are",
        ),
    ],
)
def test_a_column_that_is_not_there_is_told_at_its_line(check, old, new, fault):
    found = check(old, new)
    assert any(fault in each for each in found), found


def test_of_what_is_not_known_nothing_is_said(check):
    assert check(", columns: [id, a, b, y]") == []
    assert (
        check('input: "${datasets.rows}",\n    params', 'input: "${datasets.other}",\n    params')
        == []
    )
