"""Build the DAG of one flow: a task a step, an edge a reference. Does nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, Param, TaskGroup

from headrace_orchestration.airflow.assets import asset_of
from headrace_orchestration.airflow.documentation import document
from headrace_orchestration.airflow.notification import build_notifier
from headrace_orchestration.airflow.operators import operator_for
from headrace_orchestration.airflow.ownership import owner_link, pod_labels, tags_of
from headrace_orchestration.airflow.schedule import schedule_of
from headrace_orchestration.airflow.task import FlowTask
from headrace_orchestration.airflow.waiting import PublishedSensor
from headrace_orchestration.faults import raise_faults
from headrace_orchestration.images import image_faults
from headrace_orchestration.partitions import ANY_PARTITION
from headrace_orchestration.plan import dataset_uri, plan_flow

if TYPE_CHECKING:
    from airflow.sdk import Asset, BaseOperator

    from headrace.contracts.project import Project
    from headrace_orchestration.environment import Environment
    from headrace_orchestration.flow_params import FlowParam
    from headrace_orchestration.load import LoadedFlow
    from headrace_orchestration.planned import PlannedStep

__all__ = ["build_dag"]

_ANY_RUN = "v0"  # addresses and edges are the same in every run


def build_dag(loaded: LoadedFlow, environment: Environment, project: Project | None) -> DAG:
    """Return the DAG of a flow.

    Parameters
    ----------
    loaded : LoadedFlow
        Without faults.
    environment : Environment
        Where it runs.
    project : Project or None
        Its owner becomes the DAG's, its labels those of pods.

    Raises
    ------
    RequestError
        The environment has no image for a step, or its notifier cannot be made.
    """
    flow = loaded.flow
    raise_faults(f"Flow '{flow.name}'", image_faults(loaded, environment))
    partition = ANY_PARTITION if flow.partitions else None
    plan = plan_flow(loaded, environment, _ANY_RUN, partition=partition)
    schedule = flow.schedule if environment.schedules else None
    with DAG(
        flow.name,
        description=flow.description or None,
        schedule=schedule_of(
            schedule, flow.partitioning, lambda name: _asset(loaded, environment, name)
        ),
        catchup=False,
        max_active_runs=1,
        default_args=_defaults(environment, project),
        params={name: _param(param) for name, param in flow.params.items()},
        tags=tags_of(project),
        owner_links=owner_link(project),
        doc_md=document(loaded, plan, project),
    ) as dag:
        groups = {name: TaskGroup(name, prefix_group_id=False) for name in flow.groups}
        tasks = {
            step.name: _task(loaded, step, environment, project, groups.get(step.group or ""))
            for step in plan.steps
        }
        for step in plan.steps:
            for need in step.needs:
                tasks[step.name].set_upstream(tasks[need])
    return dag


def _task(
    loaded: LoadedFlow,
    step: PlannedStep,
    environment: Environment,
    project: Project | None,
    group: TaskGroup | None,
) -> BaseOperator:
    task = FlowTask(loaded, environment, step.name)
    given: dict[str, Any] = {
        "task_id": step.name,
        "task_group": group,
        "inlets": _inlets(step, environment),
        **({"pool": step.pool} if step.pool else {}),
    }
    if step.wait:
        timeout = {"timeout": step.timeout.total_seconds()} if step.timeout else {}
        return PublishedSensor(flow_task=task, wait=step.wait, **given, **timeout)
    return operator_for(environment)(
        step=task,
        environment=environment,
        doc_md=f"{step.mode} `{step.pipeline}`, publishes `{step.uri}`",
        **given,
        **_labels(environment, project),
    )


def _defaults(environment: Environment, project: Project | None) -> dict[str, Any]:
    defaults: dict[str, Any] = {"owner": project.owner} if project else {}
    if environment.on_failure:
        defaults["on_failure_callback"] = build_notifier(environment.on_failure)
    return defaults


def _labels(environment: Environment, project: Project | None) -> dict[str, Any]:
    """Return labels for pods, and the contact in full, which a label would not take."""
    if environment.runtime != "kubernetes" or project is None:
        return {}
    return {"labels": pod_labels(project), "annotations": {"contact": project.contact}}


def _inlets(step: PlannedStep, environment: Environment) -> list[Asset]:
    """Return the assets that a step reads and no step of the flow makes."""
    read = {step.input_uri: step.input_step, **step.further}
    return [asset_of(uri, environment.root) for uri, maker in read.items() if maker is None]


def _asset(loaded: LoadedFlow, environment: Environment, dataset: str) -> Asset:
    """Return the asset of a dataset of the flow, where params are at their defaults."""
    return asset_of(dataset_uri(loaded, environment, dataset), environment.root)


def _param(param: FlowParam) -> Param:
    bounds = {"minimum": param.minimum, "maximum": param.maximum}
    return Param(
        param.default,
        type=param.type,
        description=param.description or None,
        **{name: bound for name, bound in bounds.items() if bound is not None},
    )
