"""The plan as data: what each step of one run does, reads and publishes, and who waits for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta
    from typing import Literal

    from pydantic import JsonValue

    from headrace_orchestration.edges import Edge
    from headrace_orchestration.flow import Resources, Retry

__all__ = ["Plan", "PlannedStep"]


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
        In training: all params that the flow gives.
    alias : str or None
        Alias of ``uri`` to move to the version after success.
    publish, publish_uri : str or None
        The flow's dataset that ``uri`` is said to be, and where the flow says it lies.
    """

    name: str
    pipeline: str
    mode: Literal["train", "score", "evaluate"]
    argv: tuple[str, ...]
    uri: str
    version: str
    needs: tuple[str, ...]
    input_uri: str
    input_step: str | None
    model_uri: str | None
    model_step: str | None
    params: Mapping[str, JsonValue]
    alias: str | None
    publish: str | None
    publish_uri: str | None
    image: str | None
    resources: Resources
    retry: Retry
    timeout: timedelta | None

    @property
    def address(self) -> str:
        """``NAME_URI@VERSION``."""
        return f"{self.uri}@{self.version}"


@dataclass(frozen=True, slots=True)
class Plan:
    """A flow's steps in an order in which they can run, and its edges."""

    flow: str
    run_key: str
    root: str
    steps: tuple[PlannedStep, ...]
    edges: tuple[Edge, ...]
