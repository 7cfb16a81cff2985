"""What an operator takes from its step and environment, where its author has not said otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headrace_orchestration.airflow.own_task import own_task
from headrace_orchestration.environment import Environment, load_environment

if TYPE_CHECKING:
    from datetime import timedelta

    from headrace_orchestration.airflow.task import Task

__all__ = ["as_environment", "as_task", "task_settings"]


def as_environment(environment: Environment | Path | str) -> Environment:
    """Return an environment, read where a file is named."""
    if isinstance(environment, Environment):
        return environment
    return load_environment(Path(environment), None)


def as_task(step: Task | Mapping[str, object], environment: Environment) -> Task:
    """Return a step's task; the fields of a step are checked."""
    return own_task(step, environment) if isinstance(step, Mapping) else step


def task_settings(
    task: Task, environment: Environment, given: Mapping[str, Any], *, start: timedelta
) -> dict[str, Any]:
    """Return arguments of Airflow's ``BaseOperator``.

    Parameters
    ----------
    task : Task
        Its retries and timeout go before a DAG's defaults, for a flow file means what it says.
    environment : Environment
        Its pool.
    given : mapping
        What the author has said, which goes before everything.
    start : timedelta
        What starting takes beyond the step's own timeout.
    """
    settings: dict[str, Any] = {}
    if environment.pool:
        settings["pool"] = environment.pool
    if task.retry is not None:
        settings["retries"] = task.retry.attempts - 1
        settings["retry_delay"] = task.retry.delay
    if task.timeout is not None:
        settings["execution_timeout"] = task.timeout + start
    return {**settings, **given}
