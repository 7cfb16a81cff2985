"""Run a step as a process of Airflow's worker; never imports Kubernetes, which takes seconds."""

from __future__ import annotations

import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from headrace.errors import RequestError
from headrace_orchestration.airflow.outcome import failure, finish, read_result
from headrace_orchestration.airflow.process import Process, own_variables
from headrace_orchestration.airflow.publishing import outlets_of
from headrace_orchestration.airflow.settings import as_environment, as_task, task_settings
from headrace_orchestration.airflow.task import arguments_of
from headrace_orchestration.environment import find_entrypoint
from headrace_orchestration.local.process import GRACE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context

    from headrace_orchestration.airflow.task import Task
    from headrace_orchestration.environment import Environment

__all__ = ["EmbeddedPipelineOperator"]


class EmbeddedPipelineOperator(BaseOperator):
    """Run a step by the environment's entrypoint, in a process of its own.

    Parameters
    ----------
    step : mapping
        The fields of a step, as in a flow file, such as ``pipeline``, ``mode``, ``input``. Texts
        may hold templates of Airflow, and ``${steps.TASK.model}`` for what another task publishes.
    environment : Environment, Path or str
        Where and by what it runs: an environment file.
    **kwargs
        Of ``BaseOperator``; they go before what step and environment say.
    """

    template_fields: ClassVar[Sequence[str]] = ("arguments",)
    ui_color = "#e6f1fa"

    def __init__(
        self,
        *,
        step: Mapping[str, object] | Task,
        environment: Environment | Path | str,
        **kwargs: Any,  # noqa: ANN401 - Airflow's
    ) -> None:
        environment = as_environment(environment)
        task = as_task(step, environment)
        super().__init__(**task_settings(task, environment, kwargs, start=timedelta()))
        self.arguments: Any = arguments_of(task)  # Airflow puts the list into its place
        self.outlets.extend(outlets_of(task, environment, self))
        self._step_task = task
        self._environment = environment
        self._process: Process | None = None

    def execute(self, context: Context) -> None:
        """Run the step to its end."""
        try:
            command = (*find_entrypoint(self._environment.entrypoint), *self.arguments)
        except RequestError as error:
            raise AirflowFailException(f"error: {error}") from error
        with tempfile.TemporaryDirectory(prefix="headrace-") as folder:
            result = Path(folder, "result.json")
            variables = {
                **own_variables(os.environ),
                **self._environment.variables,
                "HEADRACE_ROOT": self._environment.root,
                "HEADRACE_RESULT_PATH": str(result),
            }
            self._process = Process(command, variables, self.log.info)
            try:
                exit_code = self._process.wait()
            finally:  # a timeout comes as an exception
                self._process.stop(GRACE_SECONDS)
            if exit_code != 0:
                said = self._process.last_words or "It said nothing"
                raise failure(f"{said}\nThe step ended with exit code {exit_code}", exit_code)
            text = result.read_text("utf-8") if result.is_file() else None
        finish(self._step_task, context, read_result(text))

    def on_kill(self) -> None:
        """Stop the process with the task."""
        if self._process is not None:
            self._process.stop(GRACE_SECONDS)
