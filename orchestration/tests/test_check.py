"""A flow against a catalog: every fault, with its line."""

import json

import pytest

from headrace.errors import RequestError
from headrace_orchestration.catalogs import catalog_versions, read_catalog
from headrace_orchestration.check import check_flow
from headrace_orchestration.environment import Environment
from headrace_orchestration.load import load_flow
from headrace_orchestration.plan import plan_flow


@pytest.fixture
def check(catalog):
    def faults_of(path):
        loaded = load_flow(path)
        plan = plan_flow(loaded, Environment("/root"), "k1")
        return [
            str(fault).removeprefix(f"{path.parent}/")
            for fault in sorted(check_flow(loaded, plan, catalog))
        ]

    return faults_of


def test_a_good_flow_has_no_faults(flights, check):
    assert check(flights) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "pipeline: xgb\n    mode: evaluate",
            "pipeline: xbg\n    mode: evaluate",
            "flights.yaml:42: steps.evaluate_xgb: there is no pipeline 'xbg'; did you mean 'xgb'?",
        ),
        (
            "rounds: 7}",
            "round: 7}",
            "flights.yaml:25: steps.train_xgb: params.round: unknown param; did you mean 'rounds'?",
        ),
        (
            "key: [id], rounds",
            "key: id, rounds",
            "flights.yaml:25: steps.train_xgb: params.key: 'id' is not of type 'array'",
        ),
        (
            '{rounds: "${params.rounds}"}',
            '{rounds: "${params.rounds}", folds: 500}',
            (
                "flights.yaml:26: steps.train_xgb: params.folds: 500 is greater than the maximum "
                "of 100"
            ),
        ),
        (
            '{rounds: "${params.rounds}"}',
            '{rounds: "${params.rounds}", weight: 3}',
            "flights.yaml:26: steps.train_xgb: params.weight: 3 is not one of: string, null",
        ),
        (
            '{rounds: "${params.rounds}"}',
            '{rounds: "${params.rounds} trees"}',
            "flights.yaml:26: steps.train_xgb: params.rounds: '100 trees' is not of type 'integer'",
        ),
        (
            "target: arr_delay, key: [id], ",
            "key: [id], ",
            (
                "flights.yaml:25: steps.train_xgb: params: 'target' is missing (Column the model "
                "learns to predict; not read when scoring)"
            ),
        ),
        (
            "key: [id], rounds",
            "rounds",
            (
                "flights.yaml:25: steps.train_xgb: params: 'key' is missing; holdout and folds "
                "need it (or set both to 0)"
            ),
        ),
        (
            "pipeline: xgb\n    mode: score",
            "pipeline: linreg\n    mode: score",
            (
                "flights.yaml:35: steps.score_xgb: the model of step 'train_xgb' is a 'xgb', the "
                "step's pipeline 'linreg'"
            ),
        ),
        (
            "    out_of_fold: true\n",
            "",
            (
                "flights.yaml:23: steps.train_xgb: it would train on predictions of step "
                "'score_linreg' for the very rows that its model, of step 'train_linreg', was "
                "trained on; add 'out_of_fold: true' to step 'score_linreg'"
            ),
        ),
    ],
)
def test_a_fault_is_told_at_its_line(edit, check, old, new, fault):
    assert check(edit(old, new)) == [fault]


def test_a_fault_in_a_params_file_names_that_file(flights, check):
    params = flights.parent / "flights" / "linreg.yaml"
    params.write_text("# c\nfeatures: [a]\ntarget: b\nkey: [id]\nfoldz: 3\nholdout: -1\nseed: x\n")
    assert check(flights) == [
        (
            "flights/linreg.yaml:5: params.foldz: unknown param; did you mean 'folds'? "
            "(step train_linreg)"
        ),
        (
            "flights/linreg.yaml:6: params.holdout: -1 is less than the minimum of 0 "
            "(step train_linreg)"
        ),
        "flights/linreg.yaml:7: params.seed: 'x' is not of type 'integer' (step train_linreg)",
    ]


def test_publishing_something_else_than_the_step_makes_is_refused(edit, check):
    assert check(edit("datasets/flights.score_xgb", "datasets/other")) == [
        (
            "flights.yaml:40: steps.score_xgb: dataset 'forecasts' is '/root/datasets/other', "
            "but the step makes '/root/datasets/flights.score_xgb'"
        )
    ]


def test_a_param_too_long_for_an_argument_is_told(flights, check):
    params = flights.parent / "flights" / "linreg.yaml"
    features = [f"column_{n}" for n in range(10_000)]
    params.write_text(json.dumps({"features": features, "target": "y", "key": ["id"]}))
    assert check(flights) == [
        (
            "flights/linreg.yaml:1: params.features: it takes 148,890 bytes; wanted at most "
            "120,000 (step train_linreg)"
        )
    ]


def test_transforms_are_those_of_the_catalog_in_any_form(flights, check):
    params = flights.parent / "flights" / "linreg.yaml"
    params.write_text(
        params.read_text() + "transforms:\n"
        "  dep_delay: [impute, {impute: {value: 0}}, {name: impute}, {impute: null}]\n"
        "  distance:\n  - {input: {}}\n  - 3\n"
    )
    assert check(flights) == [
        (
            "flights/linreg.yaml:8: params.transforms.distance.0: there is no transform 'input'; "
            "did you mean 'impute'? (step train_linreg)"
        ),
        (
            "flights/linreg.yaml:9: params.transforms.distance.1: 3 is not one of: string, object "
            "(step train_linreg)"
        ),
    ]


def test_no_key_is_needed_without_holdout_and_folds(edit, check):
    assert check(edit("key: [id], rounds: 7", "holdout: 0, folds: 0")) == []


def test_scoring_out_of_fold_needs_fold_models(flights, check):
    params = flights.parent / "flights" / "linreg.yaml"
    params.write_text(params.read_text() + "folds: 0\n")
    assert check(flights) == [
        (
            "flights.yaml:20: steps.score_linreg: step 'train_linreg' trains no fold models (folds "
            "is 0) to score out of fold"
        )
    ]


def test_a_mode_that_a_pipeline_lacks_is_told(flights, check, catalog):
    catalog.pipelines["xgb"] = catalog.pipelines["xgb"].model_copy(
        update={"modes": ("train", "score")}
    )
    assert check(flights) == [
        (
            "flights.yaml:43: steps.evaluate_xgb: pipeline 'xgb' has no mode 'evaluate'; it has: "
            "train, score"
        )
    ]


STACK = """\
version: headrace/v1
name: stack
datasets: {{rows: {{uri: rows/*.parquet}}}}
steps:
  t1: {{pipeline: linreg, mode: train, input: "${{datasets.rows}}", {trained}
    params: {{features: [a], target: b, key: [id]}}}}
  s1: {{pipeline: linreg, mode: score, input: "${{datasets.rows}}", {scored}
    model: "${{steps.t1.model}}"}}
  s2: {{pipeline: xgb, mode: score, input: "${{steps.s1.output}}", model: other@v1}}
  t2: {{pipeline: xgb, mode: train, input: "${{steps.s2.output}}", params: {{features: [{features}],
    target: b, key: [id]}}}}
"""


@pytest.mark.parametrize(
    ("trained", "scored", "features", "leaks"),
    [
        ("", "", "a, linreg_prediction", True),
        ("", "", "a, xgb_prediction", False),
        ("", "prediction: guess,", "guess", True),
        ("", "prediction: guess,", "linreg_prediction", False),
        ("", "interval: 0.9,", "a, linreg_prediction_lower", True),
        ("", "out_of_fold: true,", "linreg_prediction", False),
        ("where: m < 6,", "", "linreg_prediction", True),
        ("", "where: m < 6,", "linreg_prediction", True),
        ("where: m < 6,", "where: m < 6,", "linreg_prediction", True),
        ("where: m < 6,", "where: m >= 6,", "linreg_prediction", False),
    ],
)
def test_stacking_leaks_where_rows_are_shared_and_the_prediction_is_a_feature(
    write, check, *, trained, scored, features, leaks
):
    text = STACK.format(trained=trained, scored=scored, features=features)
    found = check(write(text, "stack"))
    assert bool(found) == leaks
    assert all("it would train on predictions of step 's1' for the very rows" in f for f in found)


def test_a_catalog_is_read_from_a_file(tmp_path, catalog):
    file = tmp_path / "catalog.json"
    file.write_text(catalog.model_dump_json())
    assert read_catalog(file) == catalog
    assert catalog_versions(catalog) == {
        "headrace": "1",
        "headrace-linreg": "1",
        "headrace-xgb": "1",
    }


def test_what_is_no_catalog_is_refused(tmp_path):
    file = tmp_path / "catalog.json"
    with pytest.raises(RequestError, match=r"Cannot read the catalog: .*No such file"):
        read_catalog(file)
    file.write_text(json.dumps({"format": "other"}))
    with pytest.raises(RequestError, match="This is not a catalog: format: Input should be"):
        read_catalog(file)


def test_intervals_are_for_pipelines_that_have_them_and_not_out_of_fold(edit, check, catalog):
    path = edit("    prediction: delay\n", "    prediction: delay\n    interval: 0.9\n")
    (fault,) = check(path)
    assert "the models of pipeline 'xgb' have no prediction intervals" in fault
    for name, pipeline in catalog.pipelines.items():
        catalog.pipelines[name] = pipeline.model_copy(update={"intervals": True})
    assert check(path) == []
    (fault,) = check(edit("    out_of_fold: true\n", "    out_of_fold: true\n    interval: 0.9\n"))
    assert "fold models have no prediction intervals; leave it or out_of_fold out" in fault


def test_the_level_of_intervals_becomes_an_argument(edit):
    path = edit("    prediction: delay\n", "    prediction: delay\n    interval: 0.9\n")
    plan = plan_flow(load_flow(path), Environment("/root"), "k1")
    argv = next(step.argv for step in plan.steps if step.name == "score_xgb")
    assert argv[argv.index("--interval") + 1] == "0.9"
