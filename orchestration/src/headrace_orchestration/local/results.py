"""What came of a run: of each step, and of the flow."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.contracts.manifest import Manifest
    from headrace_orchestration.planned import Plan, PlannedStep

__all__ = ["FlowResult", "State", "StepResult"]


class State(StrEnum):
    """How a step ended."""

    DONE = "done"
    DONE_BEFORE = "done before"
    FAILED = "failed"
    STOPPED = "stopped"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class StepResult:
    """What came of a step.

    Parameters
    ----------
    attempts : int
        How often it was tried in this run.
    exit_code : int or None
        Of the last attempt.
    seconds : float
        Wall time of all attempts, pauses between them included.
    reason : str
        Why it failed or was not run.
    """

    step: PlannedStep
    state: State
    log: Path
    manifest: Manifest | None = None
    attempts: int = 0
    exit_code: int | None = None
    seconds: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FlowResult:
    """What came of a run; steps in the order of the plan.

    Parameters
    ----------
    stopped_by : int or None
        Number of the signal that stopped it.
    """

    plan: Plan
    steps: tuple[StepResult, ...]
    seconds: float
    stopped_by: int | None = None

    @property
    def failed(self) -> tuple[StepResult, ...]:
        """Steps that failed."""
        return tuple(result for result in self.steps if result.state is State.FAILED)

    @property
    def finished(self) -> tuple[StepResult, ...]:
        """Steps that are done, in this run or before."""
        return tuple(result for result in self.steps if result.manifest is not None)
