"""The plan: golden arguments, addresses, order and edges."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import RequestError
from headrace_orchestration.arguments import write_value
from headrace_orchestration.edges import Edge
from headrace_orchestration.environment import Environment
from headrace_orchestration.load import load_flow
from headrace_orchestration.plan import plan_flow

ENVIRONMENT = Environment("s3://lake/prod")
MODELS = "s3://lake/prod/models"
DATASETS = "s3://lake/prod/datasets"


def plan(path, params=None, run_key="k1"):
    return plan_flow(load_flow(path), ENVIRONMENT, run_key, params)


def test_every_step_has_the_entrypoints_own_arguments(flights):
    assert [step.argv for step in plan(flights).steps] == [
        (
            *("train", "linreg", "--input", "s3://lake/prod/flights/month=*/*.parquet"),
            *("--model", f"{MODELS}/flights.train_linreg", "--version", "k1"),
            *("--set", 'features=["dep_delay", "distance"]'),
            *("--set", 'target="arr_delay"', "--set", 'key=["id"]', "--json"),
        ),
        (
            *("score", "linreg", "--input", "s3://lake/prod/flights/month=*/*.parquet"),
            *("--model", f"{MODELS}/flights.train_linreg@k1"),
            *("--output", f"{DATASETS}/flights.score_linreg", "--version", "k1"),
            *("--out-of-fold", "--json"),
        ),
        (
            *("train", "xgb", "--input", f"{DATASETS}/flights.score_linreg@k1"),
            *("--model", f"{MODELS}/flights.train_xgb", "--version", "k1"),
            *("--set", 'features=["distance", "linreg_prediction"]'),
            *("--set", 'target="arr_delay"', "--set", 'key=["id"]', "--set", "rounds=100"),
            *("--where", "month <= 6", "--json"),
        ),
        (
            *("score", "xgb", "--input", f"{DATASETS}/flights.score_linreg@k1"),
            *("--model", f"{MODELS}/flights.train_xgb@k1"),
            *("--output", f"{DATASETS}/flights.score_xgb", "--version", "k1"),
            *("--keep", "id,arr_delay", "--prediction", "delay", "--max-bad", "0.01", "--json"),
        ),
        (
            *("evaluate", "xgb", "--input", f"{DATASETS}/flights.score_linreg@k1"),
            *("--model", f"{MODELS}/flights.train_xgb@k1"),
            *("--output", f"{DATASETS}/flights.evaluate_xgb", "--version", "k1", "--json"),
        ),
    ]


def test_addresses_aliases_and_needs_are_known_before_the_run(flights):
    steps = {step.name: step for step in plan(flights).steps}
    assert steps["train_xgb"].address == f"{MODELS}/flights.train_xgb@k1"
    assert {name: step.alias for name, step in steps.items() if step.alias} == {
        "train_xgb": "champion",
        "score_xgb": "published",
    }
    assert steps["score_xgb"].needs == ("score_linreg", "train_xgb")
    assert steps["evaluate_xgb"].needs == ("score_linreg", "train_xgb", "score_xgb")


def test_a_reference_is_an_edge(flights):
    assert plan(flights).edges == (
        Edge("train_linreg", "score_linreg", "model"),
        Edge("score_linreg", "train_xgb", "output"),
        Edge("score_linreg", "score_xgb", "output"),
        Edge("train_xgb", "score_xgb", "model"),
        Edge("score_linreg", "evaluate_xgb", "output"),
        Edge("train_xgb", "evaluate_xgb", "model"),
        Edge("score_xgb", "evaluate_xgb", "order"),
    )


def test_given_params_are_read_as_their_type(flights):
    steps = plan(flights, {"rounds": "7", "month": 2}).steps
    assert "rounds=7" in steps[2].argv
    assert "month <= 2" in steps[2].argv


def test_all_wrong_params_are_told_at_once(flights):
    with pytest.raises(RequestError) as caught:
        plan(flights, {"round": "7", "month": "13", "rounds": "x"})
    text = str(caught.value)
    assert "The flow has no param 'round'" in text
    assert "did you mean 'rounds'?" in text
    assert "Param 'month': 13 is more than the maximum 12" in text
    assert "Param 'rounds': 'x' is not of type integer" in text


@pytest.mark.parametrize("key", ["", "a b", "nodigit", "-x", "a/b", "x", "1" * 129])
def test_a_run_key_that_is_no_name_is_refused(flights, key):
    with pytest.raises(RequestError, match="is not a run key; it names versions"):
        plan(flights, run_key=key)


def test_references_in_a_params_file_are_no_references(flights):
    params = flights.parent / "flights" / "linreg.yaml"
    params.write_text('features: [a]\ntarget: "${params.x}"\n')
    assert 'target="${params.x}"' in plan(flights).steps[0].argv


def test_set_changes_one_columns_transforms_as_on_the_command_line(edit):
    path = edit(
        "params: flights/linreg.yaml}",
        "params: flights/linreg.yaml, set: {transforms.distance: [impute], rate: 1e-05}}",
    )
    params = path.parent / "flights" / "linreg.yaml"
    params.write_text("transforms: {hour: [ordinal]}\n")
    argv = plan(path).steps[0].argv
    assert 'transforms={"hour": ["ordinal"], "distance": ["impute"]}' in argv
    assert "rate=1.0e-05" in argv


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc:, é"), inner),
)


@given(json_values)
def test_a_params_value_means_the_same_as_json_and_as_yaml(value):
    text = write_value(value)
    assert json.loads(text) == value
    assert yaml.safe_load(text) == value


def test_a_thousand_steps_are_planned(write):
    steps = ["  s0: {pipeline: p, mode: train, input: x}"]
    steps += [
        f"  s{n}: {{pipeline: p, mode: train, input: x, after: [s{n - 1}]}}" for n in range(1, 1000)
    ]
    path = write("version: headrace/v1\nname: big\nsteps:\n" + "\n".join(reversed(steps)), "big")
    assert [step.name for step in plan(path).steps] == [f"s{n}" for n in range(1000)]
