"""The plan as data: what each step of one run does, reads and publishes, and who waits for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta
    from typing import Literal

    from pydantic import JsonValue

    from headrace.contracts.project import Project
    from headrace_orchestration.edges import Edge
    from headrace_orchestration.flow import Item, Resources, Retry

__all__ = ["Plan", "PlannedStep", "Wait"]


@dataclass(frozen=True, slots=True)
class Wait:
    """How a step waits.

    Parameters
    ----------
    every : timedelta
        Pause between two looks.
    max_age : timedelta or None
        A version that was published longer ago does not count.
    """

    every: timedelta
    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step, ready to run.

    Parameters
    ----------
    argv : tuple of str
        Arguments of the entrypoint.
    uri, version : str
        What it publishes: ``NAME_URI`` and version.
    needs : tuple of str
        Steps it waits for.
    input_uri, model_uri : str
        What it reads, as in its arguments; no model in training.
    input_step, model_step : str or None
        The steps these come from, if they come from this flow.
    params : mapping
        All params that the flow gives.
    further : mapping
        What it reads by params: address to the step of this flow that makes it, or None.
    alias : str or None
        Alias of ``uri`` to move to the version after success.
    publish, publish_uri : str or None
        The flow's dataset that ``uri`` is said to be, and where the flow says it lies.
    pool : str or None
        Pool of Airflow.
    group : str or None
        Group the step is shown in.
    fanned_out : str or None
        What the file calls the step, if it is one of several that have come of it.
    item : str, int, float or None
        Which one.
    wait : Wait or None
        Of a step with mode ``wait``, which has no arguments and publishes nothing: ``uri`` is what
        it waits for.
    """

    name: str
    pipeline: str
    mode: Literal["train", "score", "evaluate", "wait"]
    argv: tuple[str, ...]
    uri: str
    version: str
    needs: tuple[str, ...]
    input_uri: str
    input_step: str | None
    model_uri: str | None
    model_step: str | None
    params: Mapping[str, JsonValue]
    further: Mapping[str, str | None]
    alias: str | None
    publish: str | None
    publish_uri: str | None
    image: str | None
    resources: Resources
    retry: Retry
    timeout: timedelta | None
    pool: str | None = None
    group: str | None = None
    fanned_out: str | None = None
    item: Item | None = None
    wait: Wait | None = None

    @property
    def task(self) -> str:
        """What it does, in a few words."""
        return f"wait for {self.uri}" if self.wait else f"{self.mode} {self.pipeline}"

    @property
    def address(self) -> str:
        """``NAME_URI@VERSION``; of a step that waits, what it waits for."""
        return self.uri if self.wait else f"{self.uri}@{self.version}"


@dataclass(frozen=True, slots=True)
class Plan:
    """A flow's steps in an order in which they can run, and its edges.

    Parameters
    ----------
    partition : str or None
        Key of the partition, of a flow that has some.
    project : Project or None
        Owner, contact and cost labels.
    """

    flow: str
    run_key: str
    root: str
    steps: tuple[PlannedStep, ...]
    edges: tuple[Edge, ...]
    partition: str | None = None
    project: Project | None = None

    @property
    def labels(self) -> dict[str, str]:
        """Who answers for the run and who pays for it, as flat labels."""
        return self.project.all_labels if self.project else {}
