"""Columns that are not there, as far as can be known without reading a row.

Known are the columns of a dataset that lists them, and of what a flow's own steps make of it: what
scoring keeps and adds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.plugins.suggest import suggestion
from headrace_orchestration.flow import ScoreStep
from headrace_orchestration.references import find_references

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from headrace.contracts.catalog import CatalogPipeline
    from headrace_orchestration.faults import Fault
    from headrace_orchestration.load import LoadedFlow
    from headrace_orchestration.planned import Plan, PlannedStep
    from headrace_orchestration.yaml_source import Location

    _Pipeline = Callable[[PlannedStep], CatalogPipeline | None]

__all__ = ["column_faults"]

_ENDS = ("_lower", "_upper")  # of a prediction interval's columns


def column_faults(loaded: LoadedFlow, plan: Plan, pipeline: _Pipeline) -> Iterator[Fault]:
    """Yield a fault for each column that a step names, or its model needs, and its input lacks.

    Parameters
    ----------
    loaded : LoadedFlow
        For what the file says, and the lines.
    plan : Plan
        Of the same flow.
    pipeline : callable
        Gives what the catalog has of a step's pipeline.
    """
    steps = {step.name: step for step in plan.steps}
    known: dict[str, tuple[str, ...] | None] = {}
    for step in plan.steps:  # in an order in which each comes after what it reads
        columns = _read(loaded, step, known)
        known[step.name] = _made(loaded, step, columns, pipeline(step))
        if columns is not None and step.wait is None:
            yield from _step_faults(loaded, step, steps, columns, pipeline)


def _read(
    loaded: LoadedFlow, step: PlannedStep, known: Mapping[str, tuple[str, ...] | None]
) -> tuple[str, ...] | None:
    """Return the columns of a step's input, if they are known."""
    if step.input_step is not None:
        return known[step.input_step]
    found = [*find_references(loaded.flow.steps[step.name].input)]
    named = [reference.name for reference in found if reference.kind == "datasets"]
    return loaded.flow.datasets[named[0]].columns if len(named) == 1 else None


def _made(
    loaded: LoadedFlow,
    step: PlannedStep,
    columns: tuple[str, ...] | None,
    pipeline: CatalogPipeline | None,
) -> tuple[str, ...] | None:
    """Return the columns of what a step makes, if they are known."""
    if step.wait is not None:
        return columns
    score = loaded.flow.steps[step.name]
    if not isinstance(score, ScoreStep) or pipeline is None or pipeline.has_own_graph:
        return None
    kept = score.keep or columns
    if kept is None:
        return None
    added = (score.prediction,) if score.prediction else pipeline.adds
    ends = tuple(f"{name}{end}" for name in added for end in _ENDS) if score.interval else ()
    return (*kept, *added, *ends)


def _step_faults(
    loaded: LoadedFlow,
    step: PlannedStep,
    steps: Mapping[str, PlannedStep],
    columns: tuple[str, ...],
    pipeline: _Pipeline,
) -> Iterator[Fault]:
    there = frozenset(columns)
    for index, name in enumerate(getattr(loaded.flow.steps[step.name], "keep", None) or ()):
        if name not in there:
            at: Location = ("steps", step.name, "keep", index)
            place = loaded.source.place(at[:2])
            yield loaded.source.fault(at, f"{place}: keep: {_missing(name, columns)}")
    found = pipeline(step)
    if found is None or found.has_own_graph:
        return
    if step.mode == "train":
        for at, name in _needed(step, step, found):
            if name not in there:
                yield loaded.param_fault(step.name, at, _missing(name, columns))
    elif step.model_step is not None:
        trained = steps[step.model_step]
        for _, name in _needed(step, trained, found):
            if name not in there:
                model = f"the model of step '{trained.name}' needs it"
                yield loaded.fault(step.name, "input", f"{_missing(name, columns)}; {model}")


def _needed(
    step: PlannedStep, trained: PlannedStep, pipeline: CatalogPipeline
) -> Iterator[tuple[Location, str]]:
    """Yield the columns that a step needs, each with the training's param that names it."""
    params = [need.param for need in pipeline.needs if step.mode in need.modes]
    for param in params:
        value = trained.params.get(param)
        if isinstance(value, str):
            yield (param,), value
        for index, name in enumerate(value if isinstance(value, list) else ()):
            if isinstance(name, str):
                yield (param, index), name


def _missing(name: str, columns: tuple[str, ...]) -> str:
    hint = suggestion(name, columns) or f"there are: {', '.join(columns[:10])}"
    return f"the input has no column '{name}'; {hint}"
