"""What comes of a step: a result, or a failure that another attempt may cure or may not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from headrace.errors import HeadraceError
from headrace.storage.versions import Versions
from headrace_orchestration.flow import TrainStep
from headrace_orchestration.local.step import RETRIED

if TYPE_CHECKING:
    from airflow.sdk import Context
    from pydantic import JsonValue

    from headrace_orchestration.airflow.task import Run, Task

__all__ = ["RESULT_KEY", "failure", "finish", "read_result"]

RESULT_KEY: Final = "headrace"
"""XCom that shows the result to people; no task reads it."""


def failure(said: str, exit_code: int | None) -> AirflowException:
    """Return the exception that lets Airflow do what an exit code asks for.

    Parameters
    ----------
    said : str
        For people.
    exit_code : int or None
        Of the entrypoint; None if it is not known, for the pod or its machine was lost: that is
        worth another attempt.
    """
    if exit_code is None or exit_code in RETRIED:
        return AirflowException(said)
    return AirflowFailException(f"{said}\nNot tried again: exit code {exit_code} is no accident")


def read_result(text: str | None) -> dict[str, JsonValue]:
    """Return what a step has left at ``$HEADRACE_RESULT_PATH``; empty where nothing has come."""
    try:
        result = json.loads(text or "{}")
    except ValueError:
        return {}
    return result if isinstance(result, dict) else {}


def finish(task: Task, context: Context, result: dict[str, JsonValue]) -> None:
    """Move the alias of a step that has succeeded, and show its result.

    Parameters
    ----------
    task : Task
        Of this attempt.
    context : Context
        Of Airflow.
    result : dict
        Rows, metrics, seconds: shown beside the task and with the asset's event. It may be lost
        with a pod, so nothing depends on it.

    Raises
    ------
    AirflowException, AirflowFailException
        The alias cannot be moved.
    """
    run = task.in_run(context)
    shown = {**result, "address": f"{run.uri}@{run.version}", "version": run.version}
    try:
        _move_alias(task, run)
    except HeadraceError as error:
        raise failure(f"error: {error}", error.exit_code) from error
    context["ti"].xcom_push(key=RESULT_KEY, value=shown)
    for asset in context["task"].outlets:
        context["outlet_events"][asset].extra = shown


def _move_alias(task: Task, run: Run) -> None:
    if run.alias is None:
        return
    versions = Versions(run.uri, "model" if isinstance(task.step, TrainStep) else "dataset")
    versions.aliases.move(run.alias, run.version, note="by a task of Airflow")
