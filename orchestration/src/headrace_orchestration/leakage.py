"""Find stacking that leaks: a model trained on predictions of rows their model has seen.

Such predictions are better than they will ever be again, so the second model trusts them too much,
and its holdout says so only if it happens to be the first one's too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace_orchestration.flow import ScoreStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from headrace.contracts.catalog import CatalogPipeline
    from headrace_orchestration.faults import Fault
    from headrace_orchestration.load import LoadedFlow
    from headrace_orchestration.planned import Plan, PlannedStep

__all__ = ["in_sample_faults", "is_out_of_fold"]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Which rows a step reads: from where, and all conditions on the way."""

    origin: str
    conditions: frozenset[str]

    def overlap(self, other: _Rows) -> bool:
        """Tell whether rows are surely in both; different conditions may exclude each other."""
        return self.origin == other.origin and (
            self.conditions <= other.conditions or other.conditions <= self.conditions
        )


def in_sample_faults(
    loaded: LoadedFlow, plan: Plan, pipeline: Callable[[PlannedStep], CatalogPipeline | None]
) -> Iterator[Fault]:
    """Yield a fault for each training that reads in-sample predictions among its features.

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
    for step in plan.steps:
        if step.mode != "train":
            continue
        for scored in _scored_before(step, steps):
            if scored.model_step is None or is_out_of_fold(loaded, scored.name):
                continue
            trained = steps[scored.model_step]
            if not _rows(loaded, trained, steps).overlap(_rows(loaded, scored, steps)):
                continue
            if _is_feature(loaded, scored, step, pipeline(scored)):
                yield loaded.fault(
                    step.name,
                    "input",
                    f"it would train on predictions of step '{scored.name}' for the very rows "
                    f"that its model, of step '{trained.name}', was trained on; "
                    f"add 'out_of_fold: true' to step '{scored.name}'",
                )


def _scored_before(step: PlannedStep, steps: Mapping[str, PlannedStep]) -> Iterator[PlannedStep]:
    """Yield the score steps whose predictions are among a step's input, nearest first."""
    while step.input_step is not None:
        step = steps[step.input_step]
        yield step


def _rows(loaded: LoadedFlow, step: PlannedStep, steps: Mapping[str, PlannedStep]) -> _Rows:
    chain = [step, *_scored_before(step, steps)]
    conditions = (getattr(loaded.flow.steps[read.name], "where", None) for read in chain)
    return _Rows(chain[-1].input_uri, frozenset(filter(None, conditions)))


def is_out_of_fold(loaded: LoadedFlow, name: str) -> bool:
    """Tell whether a step scores out of fold."""
    step = loaded.flow.steps[name]
    return isinstance(step, ScoreStep) and step.out_of_fold


def _is_feature(
    loaded: LoadedFlow,
    scored: PlannedStep,
    step: PlannedStep,
    pipeline: CatalogPipeline | None,
) -> bool:
    """Tell whether a training uses a score step's predictions, as far as can be known."""
    features = step.params.get("features")
    if not isinstance(features, list):
        return True
    score = loaded.flow.steps[scored.name]
    names = (f"{scored.pipeline}_prediction", *(pipeline.adds if pipeline else ()))
    if isinstance(score, ScoreStep) and score.prediction:
        names = (score.prediction,)
    ends = ("", "_lower", "_upper")  # those of an interval tell as much as the prediction
    return any(f"{name}{end}" in features for name in names for end in ends)
