"""Steps of pipelines with a graph of their own: further inputs, and scoring without a model."""

import pytest

from headrace.contracts.catalog import CatalogPipeline
from headrace.contracts.params import InputUri, Params
from headrace.errors import RequestError
from headrace_orchestration.check import check_flow
from headrace_orchestration.environment import Environment
from headrace_orchestration.load import load_flow
from headrace_orchestration.plan import plan_flow

FLOW = """\
version: headrace/v1
name: delays
datasets:
  log: {uri: "${env.root}/log/*.txt"}
  weather: {uri: "${env.root}/weather.csv"}
steps:
  forecast:
    {pipeline: wind, mode: score, input: "${datasets.weather}"}
  score:
    pipeline: wind
    mode: score
    input: "${datasets.log}"
    set: {weather: "${steps.forecast.output}", low: 0.2}
  again:
    pipeline: wind
    mode: score
    input: "${datasets.log}"
    params: {weather: "${datasets.weather}"}
"""


class WindParams(Params):
    """Params of a pipeline with a second input."""

    weather: InputUri | None = None
    """Wind by hour."""

    low: float = 0.1
    """A share."""


@pytest.fixture
def wind(catalog):
    pipeline = CatalogPipeline(
        summary="a test's",
        plugin="wind",
        modes=("score",),
        params=WindParams.model_json_schema(),
        needs=(),
        adds=("wind_low", "wind_high"),
        has_own_graph=True,
    )
    return catalog.model_copy(update={"pipelines": {**catalog.pipelines, "wind": pipeline}})


@pytest.fixture
def plan(write):
    def planned(text=FLOW):
        loaded = load_flow(write(text, name="delays"))
        return loaded, plan_flow(loaded, Environment("/root"), "k1")

    return planned


def test_a_step_reads_what_its_params_refer_to_and_waits_for_it(plan):
    _, planned = plan()
    steps = {step.name: step for step in planned.steps}
    made = "/root/datasets/delays.forecast@k1"
    assert steps["score"].needs == ("forecast",)
    assert steps["score"].further == {made: "forecast"}
    assert steps["again"].further == {"/root/weather.csv": None}
    assert steps["score"].argv == (
        *("score", "wind", "--input", "/root/log/*.txt", "--output", "/root/datasets/delays.score"),
        *("--version", "k1", "--set", f'weather="{made}"', "--set", "low=0.2", "--json"),
    )
    assert ("forecast", "score", "output") in [
        (edge.before, edge.after, edge.carries) for edge in planned.edges
    ]


def test_a_flow_of_such_steps_has_no_faults(plan, wind):
    assert check_flow(*plan(), wind) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "low: 0.2",
            "lo: 0.2",
            "steps.score: params.lo: unknown param; did you mean 'low'?",
        ),
        (
            '"${steps.forecast.output}"',
            "./weather.csv",
            "params.weather: 'weather' is an input; name it by ${datasets.…} or ${steps.….output}",
        ),
        (
            "low: 0.2}",
            "low: 0.2}\n    where: a > 3",
            "steps.score: pipeline 'wind' has a graph of its own, which knows no where",
        ),
        (
            "low: 0.2}",
            "low: 0.2}\n    model: wind@latest",
            "steps.score: pipeline 'wind' scores without a model; leave it out",
        ),
        (
            "pipeline: wind\n",
            "pipeline: xgb\n",
            "steps.score: a step with mode score has the params of its model; leave these out",
        ),
        (
            "pipeline: wind\n",
            "pipeline: xgb\n",
            "steps.score: pipeline 'xgb' needs a model to score",
        ),
    ],
)
def test_what_such_a_step_does_not_take_is_a_fault(plan, wind, old, new, fault):
    assert old in FLOW
    faults = check_flow(*plan(FLOW.replace(old, new)), wind)
    assert any(str(found).endswith(fault) for found in faults), faults


def test_an_input_is_a_param_of_its_own(plan):
    with pytest.raises(RequestError, match=r"\$\{steps.forecast.output\} has no meaning here"):
        plan(
            FLOW.replace('weather: "${steps', 'weather: {deep: "${steps').replace(
                "low: 0.2}", "low: 0.2}}"
            )
        )


def test_an_input_is_bound_once(plan, wind):
    text = FLOW.replace(
        'params: {weather: "${datasets.weather}"}',
        'params: {weather: "${datasets.weather}"}\n    set: {weather: "${datasets.log}"}',
    )
    (fault,) = check_flow(*plan(text), wind)
    assert str(fault).endswith(
        "delays.yaml:19: steps.again: input 'weather' is bound twice, by 'params' and by 'set'"
    )


def test_an_input_that_has_to_be_bound_is_told(plan, wind):
    schema = {**wind.pipelines["wind"].params, "required": ["weather"]}
    pipelines = {
        **wind.pipelines,
        "wind": wind.pipelines["wind"].model_copy(update={"params": schema}),
    }
    faults = check_flow(*plan(), wind.model_copy(update={"pipelines": pipelines}))
    assert any("steps.forecast: params: 'weather' is missing" in str(fault) for fault in faults)
