"""The asset that a step's publication stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace_orchestration.airflow.assets import asset_of
from headrace_orchestration.flow import ScoreStep

if TYPE_CHECKING:
    from airflow.sdk import Asset, BaseOperator

    from headrace_orchestration.airflow.task import Task
    from headrace_orchestration.environment import Environment

__all__ = ["outlets_of"]


def outlets_of(task: Task, environment: Environment, operator: BaseOperator) -> list[Asset]:
    """Return the asset of the dataset that a step publishes, if it does.

    Its address is made of DAG and task, so the operator must be within a DAG.
    """
    step = task.step
    if not isinstance(step, ScoreStep) or step.publish is None:
        return []
    uri = f"{environment.root}/datasets/{operator.dag_id}.{operator.task_id}"
    return [asset_of(uri, environment.root)]
