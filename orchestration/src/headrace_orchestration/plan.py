"""Plan a run: flow, environment, params and run key give every step its arguments and address.

A plan is made before anything runs, by this machine's runner as by any other, and needs no plugin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from headrace.contracts.references import is_version, version_for
from headrace.errors import RequestError
from headrace_orchestration.arguments import step_arguments
from headrace_orchestration.edges import find_edges, needs_of, upstream
from headrace_orchestration.flow import EvaluateStep, ScoreStep, TrainStep
from headrace_orchestration.flow_params import param_values
from headrace_orchestration.order import in_order
from headrace_orchestration.planned import Plan, PlannedStep
from headrace_orchestration.references import resolve_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from headrace_orchestration.environment import Environment
    from headrace_orchestration.flow import Step
    from headrace_orchestration.flow_params import ParamValue
    from headrace_orchestration.load import LoadedFlow
    from headrace_orchestration.references import Reference

__all__ = ["plan_flow"]

_PUBLISHED: Final = "published"  # the alias that `publish` moves


def plan_flow(
    loaded: LoadedFlow,
    environment: Environment,
    run_key: str,
    params: Mapping[str, ParamValue | str] | None = None,
) -> Plan:
    """Plan one run of a flow.

    Parameters
    ----------
    loaded : LoadedFlow
        A flow without faults.
    environment : Environment
        Where it runs.
    run_key : str
        Identifies the run, and is the version of all it publishes.
    params : mapping
        The flow's params, where they are not the defaults; texts are read as the param's type.

    Raises
    ------
    RequestError
        Wrong params, or a wrong run key.
    """
    if not is_version(run_key):
        raise RequestError(
            f"'{run_key}' is not a run key; it names versions: letters, digits, '.', '_', '-', at "
            "least one digit, at most 128 characters",
            where="--run-key",
            fix=f"for example '{version_for(run_key)}'",
        )
    planner = _Planner(loaded, environment, run_key, param_values(loaded.flow.params, params or {}))
    edges = find_edges(loaded.flow)
    needs = needs_of(loaded.flow, edges)
    steps = tuple(planner.step(name, needs[name]) for name in in_order(needs))
    return Plan(loaded.flow.name, run_key, environment.root, steps, edges)


@dataclass(frozen=True, slots=True)
class _Planner:
    loaded: LoadedFlow
    environment: Environment
    run_key: str
    params: Mapping[str, ParamValue]

    def look_up(self, reference: Reference) -> JsonValue:
        match reference.kind:
            case "env":
                return self.environment.root
            case "params":
                return self.params[reference.name]
            case "datasets":
                return resolve_text(self.loaded.flow.datasets[reference.name].uri, self.look_up)
            case "steps":
                return f"{self.uri(reference.name)}@{self.run_key}"

    def uri(self, name: str) -> str:
        """Return the name under which a step publishes, known before anything has run."""
        folder = "models" if self.loaded.flow.steps[name].mode == "train" else "datasets"
        return f"{self.environment.root}/{folder}/{self.loaded.flow.name}.{name}"

    def text(self, value: str) -> str:
        return resolve_text(value, self.look_up)

    def step(self, name: str, needs: tuple[str, ...]) -> PlannedStep:
        flow, step = self.loaded.flow, self.loaded.flow.steps[name]
        model = None if isinstance(step, TrainStep) else step.model
        publish = step.publish if isinstance(step, ScoreStep) else None
        params: Mapping[str, JsonValue] = {}
        if isinstance(step, TrainStep):
            params = self.loaded.params_of(step, name, self.look_up)
        return PlannedStep(
            name=name,
            pipeline=step.pipeline,
            mode=step.mode,
            argv=step_arguments(step, self.text, self.uri(name), self.run_key, params),
            uri=self.uri(name),
            version=self.run_key,
            needs=needs,
            input_uri=self.text(step.input),
            input_step=_step_name(step.input),
            model_uri=self.text(model) if model else None,
            model_step=_step_name(model) if model else None,
            params=params,
            alias=_alias(step),
            publish=publish,
            publish_uri=self.text(flow.datasets[publish].uri) if publish else None,
            image=step.image or flow.image,
            resources=flow.resources(name),
            retry=flow.retry(name),
            timeout=flow.timeout(name),
        )


def _alias(step: Step) -> str | None:
    match step:
        case TrainStep():
            return step.promote
        case ScoreStep():
            return _PUBLISHED if step.publish else None
        case EvaluateStep():
            return None


def _step_name(text: str) -> str | None:
    reference = upstream(text)
    return reference.name if reference else None
