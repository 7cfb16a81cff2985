"""A step that waits for another flow's dataset: a sensor, which holds no worker between looks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseSensorOperator

from headrace_orchestration.waiting import find_published

if TYPE_CHECKING:
    from airflow.sdk import Context

    from headrace_orchestration.airflow.task import FlowTask
    from headrace_orchestration.planned import Wait

__all__ = ["PublishedSensor"]


class PublishedSensor(BaseSensorOperator):
    """Wait until a dataset is published.

    Parameters
    ----------
    flow_task : FlowTask
        The step.
    wait : Wait
        How it waits.
    **kwargs
        Of ``BaseSensorOperator``.
    """

    ui_color = "#e6f1fa"

    def __init__(self, *, flow_task: FlowTask, wait: Wait, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(poke_interval=wait.every.total_seconds(), mode="reschedule", **kwargs)
        self._flow_task = flow_task
        self._wait = wait

    def poke(self, context: Context) -> bool:
        """Tell whether it is there."""
        address = self._flow_task.planned(context).uri
        root = self._flow_task.environment.root
        found = find_published(address, root, max_age=self._wait.max_age, now=datetime.now(UTC))
        self.log.info("%s is %s", address, "published" if found else "not published yet")
        return found is not None
