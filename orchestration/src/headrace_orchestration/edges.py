"""The edges of a flow: a reference to a step is one, and so is each name in ``after``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from headrace_orchestration.flow import ScoreStep, TrainStep, WaitStep
from headrace_orchestration.references import find_references

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from headrace_orchestration.flow import Flow, FlowStep
    from headrace_orchestration.references import Reference

__all__ = ["Edge", "find_edges", "further_inputs", "needs_of", "upstream"]


@dataclass(frozen=True, slots=True)
class Edge:
    """One step waits for another.

    Parameters
    ----------
    before, after : str
        Steps.
    carries : str
        What goes along: ``model`` or ``output`` of the step before, or nothing (``order``).
    """

    before: str
    after: str
    carries: Literal["model", "output", "order"]


def upstream(text: str) -> Reference | None:
    """Return the reference to a step that a field consists of, if it is one."""
    return next((found for found in find_references(text) if found.kind == "steps"), None)


def find_edges(flow: Flow) -> tuple[Edge, ...]:
    """Return all edges, in the order of the steps that wait.

    References and names in ``after`` must be good; see `headrace_orchestration.load`.
    """
    edges = []
    for name, step in flow.steps.items():
        texts = (*_fields(step), *further_inputs(step).values())
        for reference in dict.fromkeys(filter(None, map(upstream, texts))):
            carries: Literal["model", "output"] = (
                "model" if reference.product == "model" else "output"
            )
            edges.append(Edge(reference.name, name, carries))
        edges.extend(Edge(before, name, "order") for before in step.after)
    return tuple(edges)


def needs_of(flow: Flow, edges: tuple[Edge, ...]) -> Mapping[str, tuple[str, ...]]:
    """Return, for every step, the steps it waits for, each once."""
    needs: dict[str, dict[str, None]] = {name: {} for name in flow.steps}
    for edge in edges:
        needs[edge.after][edge.before] = None
    return {name: tuple(needed) for name, needed in needs.items()}


def _fields(step: FlowStep) -> tuple[str, ...]:
    model = None if isinstance(step, TrainStep | WaitStep) else step.model
    return (step.input,) if model is None else (step.input, model)


def further_inputs(step: FlowStep) -> Mapping[str, str]:
    """Return the params of a step that refer to a dataset or another step's output."""
    if not isinstance(step, TrainStep | ScoreStep):
        return {}
    given = step.params if isinstance(step.params, dict) else {}
    return dict(_inputs_among(given | step.overrides))


def _inputs_among(params: Mapping[str, JsonValue]) -> Iterator[tuple[str, str]]:
    for name, value in params.items():
        if isinstance(value, str):
            kinds = {reference.kind for reference in find_references(value)}
            if kinds & {"datasets", "steps"}:
                yield name, value
