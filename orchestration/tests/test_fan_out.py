"""Steps over a list of items: ordinary steps with sound names, at the lines of the file's one."""

import pytest

from headrace_orchestration.check import check_flow
from headrace_orchestration.environment import Environment
from headrace_orchestration.load import load_flow, read_flow
from headrace_orchestration.plan import plan_flow

FLOW = """\
version: headrace/v1
name: airports
datasets:
  rows: {uri: "${env.root}/rows/*.parquet"}
  out_jfk: {uri: "${env.root}/datasets/airports.score_jfk"}
  out_zurich_kloten: {uri: "${env.root}/datasets/airports.score_zurich_kloten"}
groups:
  fitting: {description: One model per airport.}
steps:
  fit:
    foreach: [JFK, Zürich-Kloten]
    group: fitting
    pipeline: linreg
    mode: train
    input: "${datasets.rows}"
    where: "origin == '${item}'"
    params: {features: [a], target: b, key: [id], folds: 0}
  score:
    foreach: [JFK, Zürich-Kloten]
    pipeline: linreg
    mode: score
    input: "${datasets.rows}"
    model: "${steps.fit.model}"
    after: [fit]
    publish: out_${item}
  one:
    {pipeline: linreg, mode: evaluate, input: x/y.csv, model: "${steps.fit_jfk.model}"}
  last:
    {pipeline: linreg, mode: evaluate, input: x/y.csv, model: m@1, after: [fitting, score]}
"""


@pytest.fixture
def flow(write):
    return write(FLOW, "airports")


@pytest.fixture
def faults(write):
    def found(old, new):
        assert old in FLOW
        path = write(FLOW.replace(old, new), "airports")
        return [f"{fault.line}: {fault.message}" for fault in sorted(set(read_flow(path)[1]))]

    return found


def plan(path):
    return {
        step.name: step for step in plan_flow(load_flow(path), Environment("/data"), "k1").steps
    }


def test_each_item_is_a_step_of_its_own(flow):
    steps = plan(flow)
    assert list(steps) == [
        *("fit_jfk", "fit_zurich_kloten", "score_jfk", "score_zurich_kloten", "one", "last")
    ]
    fit = steps["fit_zurich_kloten"]
    assert fit.address == "/data/models/airports.fit_zurich_kloten@k1"
    assert fit.argv[fit.argv.index("--where") + 1] == "origin == 'Zürich-Kloten'"
    assert (fit.fanned_out, fit.item, fit.group) == ("fit", "Zürich-Kloten", "fitting")


def test_a_reference_to_a_step_over_the_same_items_is_to_that_of_the_same_item(flow):
    steps = plan(flow)
    assert steps["score_jfk"].model_uri == "/data/models/airports.fit_jfk@k1"
    assert steps["score_jfk"].needs == ("fit_jfk",)
    assert steps["score_jfk"].publish == "out_jfk"


def test_who_waits_for_a_fanned_out_step_or_a_group_waits_for_all_of_it(flow):
    assert plan(flow)["last"].needs == (
        *("fit_jfk", "fit_zurich_kloten", "score_jfk", "score_zurich_kloten"),
    )


def test_items_keep_their_type_where_they_stand_alone(write):
    path = write(
        """\
        version: headrace/v1
        name: f
        steps:
          fit:
            foreach: [1, 2.5]
            pipeline: p
            mode: train
            input: "a/${item}.csv"
            params: {n: "${item}", text: "$${item} ${item}"}
        """,
        "f",
    )
    steps = plan(path)
    assert list(steps) == ["fit_1", "fit_2_5"]
    assert steps["fit_2_5"].input_uri == "a/2.5.csv"
    assert steps["fit_2_5"].params == {"n": 2.5, "text": "${item} 2.5"}


def test_each_item_may_have_a_params_file(write):
    text = FLOW.replace(
        "params: {features: [a], target: b, key: [id], folds: 0}", "params: ${item}.yaml"
    )
    path = write(text.replace("Zürich-Kloten", "LGA").replace("zurich_kloten", "lga"), "airports")
    (path.parent / "JFK.yaml").write_text("features: [a]\n")
    (path.parent / "LGA.yaml").write_text("features: [b]\n")
    assert plan(path)["fit_lga"].params == {"features": ["b"]}
    (path.parent / "LGA.yaml").unlink()
    (fault,) = read_flow(path)[1]
    assert "airports.yaml:17: steps.fit: there is no params file" in str(fault)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "${steps.fit_jfk.model}",
            "${steps.fit.model}",
            (
                "27: steps.one.model: ${steps.fit.model}: step 'fit' is fanned out into fit_jfk, "
                "fit_zurich_kloten; name one of them, or fan this step out over the same items"
            ),
        ),
        (
            "    foreach: [JFK, Zürich-Kloten]\n    pipeline",
            "    foreach: [LGA]\n    pipeline",
            "23: steps.score.model: ${steps.fit.model}: step 'fit' is fanned out into fit_jfk, fit",
        ),
        (
            "JFK, Zürich-Kloten]\n    group",
            "JFK, Jfk]\n    group",
            "11: steps.fit: item 'Jfk': it would have the name of the step for 'JFK', 'fit_jfk'",
        ),
        (
            "JFK, Zürich-Kloten]\n    group",
            "JFK, 東京]\n    group",
            "11: steps.fit: item '東京': nothing of it may stand in a name; wanted a letter or di",
        ),
        (
            "  one:\n",
            "  fit_jfk:\n",
            "11: steps.fit: item 'JFK': there is a step 'fit_jfk' already",
        ),
        (
            "JFK, Zürich-Kloten]\n    group",
            f"{'a' * 60}]\n    group",
            f"11: steps.fit: item '{'a' * 60}': the step's name 'fit_{'a' * 60}' has 64 characters",
        ),
        (
            "foreach: [JFK, Zürich-Kloten]\n    group",
            "foreach: []\n    group",
            "11: steps.fit.foreach",
        ),
        (
            "foreach: [JFK, Zürich-Kloten]\n    group",
            "foreach: JFK\n    group",
            "11: steps.fit.foreach",
        ),
        ("origin == '${item}'", "origin == '${item'", "16: steps.fit.where: 'origin =="),
        ("model: m@1", 'model: "m@${item}"', "the step has no 'foreach'"),
        (
            "group: fitting",
            "group: fiting",
            "12: steps.fit: there is no group 'fiting'; did you me",
        ),
        (
            "    group: fitting\n",
            "",
            "8: groups: no step belongs to 'fitting'; say 'group: fitting'",
        ),
        ("fitting", "score", "8: groups: 'score' is a step, too"),
        ("[fitting, score]", "[fiting]", "29: steps.last: there is no step 'fiting'; did you mean"),
        ("mode: train\n", "mode: trian\n", "14: steps.fit: there is no mode 'trian'; did you mean"),
    ],
)
def test_faults_are_told_once_at_the_line_in_the_file(faults, old, new, fault):
    found = faults(old, new)
    assert any(fault in each for each in found), found
    assert len([each for each in found if each.startswith(fault.split(":")[0] + ":")]) <= 2


def test_a_fault_of_all_items_is_one_fault(write, catalog):
    path = write(FLOW.replace("folds: 0", "fold: 0"), "airports")
    loaded = load_flow(path)
    faults = check_flow(loaded, plan_flow(loaded, Environment("/data"), "k1"), catalog)
    assert [str(fault).rpartition("/")[2] for fault in sorted(set(faults))] == [
        "airports.yaml:17: steps.fit: params.fold: unknown param; did you mean 'folds'?"
    ]


def test_a_group_that_waits_for_itself_is_a_circle(faults):
    (found,) = faults("    group: fitting\n", "    group: fitting\n    after: [fitting]\n")
    assert "steps wait for each other: fit_jfk → fit_jfk" in found
