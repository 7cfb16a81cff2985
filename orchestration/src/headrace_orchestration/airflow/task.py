"""What one task runs, known in full only when its run is: arguments and address of one step.

A task has it from a flow file, or (`headrace_orchestration.airflow.own_task`) from the fields of a
step that a hand-written DAG gives. Either way the arguments are those of the local runner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from airflow.sdk.exceptions import AirflowFailException

from headrace.errors import HeadraceError
from headrace_orchestration.airflow.run_key import run_key
from headrace_orchestration.plan import plan_flow

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from airflow.sdk import Context

    from headrace_orchestration.environment import Environment
    from headrace_orchestration.flow import Resources, Retry, Step
    from headrace_orchestration.flow_params import ParamValue
    from headrace_orchestration.load import LoadedFlow
    from headrace_orchestration.planned import PlannedStep

__all__ = ["FlowTask", "Run", "Task", "arguments_of"]


@dataclass(frozen=True, slots=True)
class Run:
    """What a task does in one run.

    Parameters
    ----------
    argv : tuple of str
        Arguments of the entrypoint.
    uri, version : str
        What it publishes.
    alias : str or None
        Alias of ``uri`` to move to the version after success.
    """

    argv: tuple[str, ...]
    uri: str
    version: str
    alias: str | None


class Task(Protocol):
    """What an operator needs to know of its step."""

    @property
    def step(self) -> Step:
        """As the flow file or the DAG says it."""

    @property
    def image(self) -> str | None:
        """Name of the image to run in."""

    @property
    def resources(self) -> Resources | None:
        """What it asks of its machine."""

    @property
    def retry(self) -> Retry | None:
        """None leaves it to Airflow, and so does no timeout."""

    @property
    def timeout(self) -> timedelta | None:
        """Of one attempt."""

    def in_run(self, context: Context) -> Run:
        """Return what is done in a run.

        Raises
        ------
        HeadraceError
            Params or references of this run are wrong.
        """


@dataclass(frozen=True, slots=True)
class FlowTask:
    """A step of a flow file."""

    loaded: LoadedFlow
    environment: Environment
    name: str

    @property
    def step(self) -> Step:
        """As in the file; a step that waits is a sensor and no task of this kind."""
        return cast("Step", self.loaded.flow.steps[self.name])

    @property
    def image(self) -> str | None:
        """The step's own, or the flow's."""
        return self.step.image or self.loaded.flow.image

    @property
    def resources(self) -> Resources:
        """With the flow's defaults."""
        return self.loaded.flow.resources(self.name)

    @property
    def retry(self) -> Retry:
        """With the flow's defaults."""
        return self.loaded.flow.retry(self.name)

    @property
    def timeout(self) -> timedelta | None:
        """With the flow's defaults."""
        return self.loaded.flow.timeout(self.name)

    def planned(self, context: Context) -> PlannedStep:
        """Plan the run, as the local runner does, and return its part."""
        declared = self.loaded.flow.params
        params: dict[str, ParamValue] = {name: context["params"][name] for name in declared}
        partition = context.get("partition_key") if self.loaded.flow.partitions else None
        plan = plan_flow(self.loaded, self.environment, run_key(context), params, partition)
        return next(step for step in plan.steps if step.name == self.name)

    def in_run(self, context: Context) -> Run:
        """Return what is done in a run."""
        planned = self.planned(context)
        return Run(planned.argv, planned.uri, planned.version, planned.alias)


def arguments_of(task: Task) -> Callable[..., list[str]]:
    """Return what Airflow calls to fill in the templated field ``arguments``.

    A wrong param is wrong at the next attempt as well, so there is none.
    """

    def arguments(context: Context, **_: object) -> list[str]:
        try:
            return list(task.in_run(context).argv)
        except HeadraceError as error:
            raise AirflowFailException(f"error: {error}") from error

    return arguments
