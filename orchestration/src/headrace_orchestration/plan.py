"""Plan a run: flow, environment, params, run key and partition give every step its arguments.

A plan is made before anything runs, by this machine's runner as by any other, and needs no plugin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from headrace.contracts.references import is_version, version_for
from headrace.errors import RequestError
from headrace_orchestration.arguments import step_arguments
from headrace_orchestration.edges import find_edges, further_inputs, needs_of, upstream
from headrace_orchestration.flow import ScoreStep, TrainStep, WaitStep
from headrace_orchestration.flow_params import param_values
from headrace_orchestration.order import in_order
from headrace_orchestration.partitions import ANY_PARTITION
from headrace_orchestration.planned import Plan, PlannedStep, Wait
from headrace_orchestration.references import resolve_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from headrace_orchestration.environment import Environment
    from headrace_orchestration.flow import FlowStep
    from headrace_orchestration.flow_params import ParamValue
    from headrace_orchestration.load import LoadedFlow
    from headrace_orchestration.references import Reference

__all__ = ["dataset_uri", "plan_flow"]

_PUBLISHED: Final = "published"  # the alias that `publish` moves


def plan_flow(
    loaded: LoadedFlow,
    environment: Environment,
    run_key: str,
    params: Mapping[str, ParamValue | str] | None = None,
    partition: str | None = None,
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
    partition : str or None
        Key of the partition, of a flow that has some, and of no other. `ANY_PARTITION` plans the
        steps without meaning one: addresses become globs.

    Raises
    ------
    RequestError
        Wrong params, a wrong run key or partition, or none where one is wanted.
    """
    if not is_version(run_key):
        raise RequestError(
            f"'{run_key}' is not a run key; it names versions: letters, digits, '.', '_', '-', at "
            "least one digit, at most 128 characters",
            where="--run-key",
            fix=f"for example '{version_for(run_key)}'",
        )
    _check_partition(loaded, partition)
    values = param_values(loaded.flow.params, params or {})
    planner = _Planner(loaded, environment, run_key, values, partition)
    edges = find_edges(loaded.flow)
    needs = needs_of(loaded.flow, edges)
    steps = tuple(planner.step(name, needs[name]) for name in in_order(needs))
    root = environment.root
    return Plan(loaded.flow.name, run_key, root, steps, edges, partition, loaded.project)


def dataset_uri(
    loaded: LoadedFlow, environment: Environment, dataset: str, partition: str = ANY_PARTITION
) -> str:
    """Return where a dataset of a flow lies, with params at their defaults.

    Parameters
    ----------
    loaded : LoadedFlow
        A flow without faults.
    environment : Environment
        Where it runs.
    dataset : str
        A name of the flow's.
    partition : str
        Key of the partition, where the flow has some; by default a glob over all.
    """
    values = param_values(loaded.flow.params, {})
    planner = _Planner(loaded, environment, "", values, partition)
    return planner.text(loaded.flow.datasets[dataset].uri)


def _check_partition(loaded: LoadedFlow, partition: str | None) -> None:
    flow, partitioning = loaded.flow, loaded.flow.partitioning
    if partitioning is None:
        if partition not in (None, ANY_PARTITION):
            raise RequestError(
                f"Flow '{flow.name}' has no partitions, and was given '{partition}'",
                where=loaded.source.file,
                fix="leave it out, or say 'partitions' in the flow file",
            )
    elif partition is None:
        raise RequestError(
            f"Flow '{flow.name}' has {partitioning.cadence} partitions; wanted one of them",
            where=loaded.source.file,
            fix=f"say which, in the form of {partitioning.example}",
        )
    elif partition != ANY_PARTITION:
        try:
            partitioning.check(partition)
        except ValueError as error:
            raise RequestError(f"{error}", where=f"the partition of flow '{flow.name}'") from None


@dataclass(frozen=True, slots=True)
class _Planner:
    loaded: LoadedFlow
    environment: Environment
    run_key: str
    params: Mapping[str, ParamValue]
    partition: str | None = None

    def look_up(self, reference: Reference) -> JsonValue:
        match reference.kind:
            case "env":
                return self.environment.root
            case "params":
                return self.params[reference.name]
            case "datasets":
                return resolve_text(self.loaded.flow.datasets[reference.name].uri, self.look_up)
            case "steps":
                step = self.loaded.flow.steps[reference.name]
                if isinstance(step, WaitStep):
                    return self.text(step.input)
                return f"{self.uri(reference.name)}@{self.run_key}"
            case "partition":
                partitioning = self.loaded.flow.partitioning
                if partitioning is None or self.partition is None:
                    raise AssertionError(reference)  # a fault of the flow, told when it was loaded
                return partitioning.value(self.partition, reference.name)
            case "item":
                raise AssertionError(reference)  # filled in by `fan_out`

    def uri(self, name: str) -> str:
        """Return the name under which a step publishes, known before anything has run."""
        folder = "models" if self.loaded.flow.steps[name].mode == "train" else "datasets"
        return f"{self.environment.root}/{folder}/{self.loaded.flow.name}.{name}"

    def text(self, value: str) -> str:
        return resolve_text(value, self.look_up)

    def step(self, name: str, needs: tuple[str, ...]) -> PlannedStep:
        flow, step = self.loaded.flow, self.loaded.flow.steps[name]
        if isinstance(step, WaitStep):
            return self.waiting(step, name, needs)
        model = None if isinstance(step, TrainStep) else step.model
        publish = step.publish if isinstance(step, ScoreStep) else None
        params: Mapping[str, JsonValue] = {}
        if isinstance(step, TrainStep | ScoreStep):
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
            further={self.text(text): _step_name(text) for text in further_inputs(step).values()},
            alias=_alias(step),
            publish=publish,
            publish_uri=self.text(flow.datasets[publish].uri) if publish else None,
            image=flow.image_of(name),
            resources=flow.resources(name),
            retry=flow.retry(name),
            timeout=flow.timeout(name),
            pool=self.pool(name),
            group=step.group,
            fanned_out=self.loaded.source.written.get(name),
            item=self.loaded.items.get(name),
        )

    def waiting(self, step: WaitStep, name: str, needs: tuple[str, ...]) -> PlannedStep:
        """Plan a step that waits for a dataset of another flow."""
        address, flow = self.text(step.input), self.loaded.flow
        return PlannedStep(
            name=name,
            pipeline="",
            mode="wait",
            argv=(),
            uri=address,
            version="",
            needs=needs,
            input_uri=address,
            input_step=None,
            model_uri=None,
            model_step=None,
            params={},
            further={},
            alias=None,
            publish=None,
            publish_uri=None,
            image=None,
            resources=flow.resources(name),
            retry=flow.retry(name),
            timeout=flow.timeout(name),
            pool=self.pool(name),
            group=step.group,
            fanned_out=self.loaded.source.written.get(name),
            item=self.loaded.items.get(name),
            wait=Wait(step.every, step.max_age),
        )

    def pool(self, name: str) -> str | None:
        """Return Airflow's name of a step's pool, or of that of all steps."""
        pool = self.loaded.flow.pool_of(name)
        return self.environment.pools.get(pool, pool) if pool else self.environment.pool


def _alias(step: FlowStep) -> str | None:
    match step:
        case TrainStep():
            return step.promote
        case ScoreStep():
            return _PUBLISHED if step.publish else None
        case _:
            return None


def _step_name(text: str) -> str | None:
    reference = upstream(text)
    return reference.name if reference else None
