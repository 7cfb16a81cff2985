"""Run a plan on this machine: steps as processes, side by side where they may, each once."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from headrace_orchestration.local.process import GRACE_SECONDS
from headrace_orchestration.local.results import FlowResult, State, StepResult
from headrace_orchestration.local.step import StepRunner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace_orchestration.local.folder import RunFolder
    from headrace_orchestration.local.progress import Progress
    from headrace_orchestration.local.store import OutsideDigests
    from headrace_orchestration.planned import Plan, PlannedStep

__all__ = ["LocalRun", "run_plan"]

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class LocalRun:
    """What the runner needs besides the plan.

    Parameters
    ----------
    entrypoint : tuple of str
        Program and first arguments of every step.
    folder : RunFolder
        Takes logs and records.
    digests : OutsideDigests
        Of every input and model that the flow does not make.
    versions : mapping
        Distribution to version of the code that runs.
    variables : mapping
        Environment variables of every step.
    cores : float
        What steps may ask for together; one that asks for more runs alone.
    root : str
        Where bare names lie.
    done : mapping
        Results of steps that are needed and not run, where not all are.
    grace : float
        Seconds that a step has to stop when asked, before it is killed.
    """

    entrypoint: tuple[str, ...]
    folder: RunFolder
    digests: OutsideDigests
    versions: Mapping[str, str]
    variables: Mapping[str, str]
    cores: float
    root: str
    done: Mapping[str, StepResult] = field(default_factory=dict)
    grace: float = GRACE_SECONDS


def run_plan(plan: Plan, run: LocalRun, progress: Progress) -> FlowResult:
    """Run a plan's steps, and return what came of each.

    A step that fails keeps those from running that wait for it; the others go on. SIGINT and
    SIGTERM stop all steps cleanly; a second one kills them.

    Raises
    ------
    RequestError
        The run is running already.
    """
    with run.folder.locked():
        return asyncio.run(_Scheduler(plan, run, progress).run())


@dataclass
class _Scheduler:
    """Starts what is ready as cores allow, in the order of the plan."""

    plan: Plan
    local: LocalRun
    progress: Progress
    results: dict[str, StepResult] = field(default_factory=dict)
    waiting: list[PlannedStep] = field(default_factory=list)
    running: dict[asyncio.Task[StepResult], PlannedStep] = field(default_factory=dict)
    stopped_by: int | None = None

    async def run(self) -> FlowResult:
        begin = time.monotonic()
        self._listen()
        self.results.update(self.local.done)
        self.waiting = list(self.plan.steps)
        steps = StepRunner(self.local)
        try:
            while self._start_ready(steps):
                done, _ = await asyncio.wait(self.running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    self._finish(self.running.pop(task), task.result())
        finally:
            for task in self.running:
                task.cancel()
            await asyncio.gather(*self.running, return_exceptions=True)
        for step in self.waiting:
            self.results[step.name] = self._not_run(step, "the run was stopped")
        ordered = tuple(self.results[step.name] for step in self.plan.steps)
        return FlowResult(self.plan, ordered, time.monotonic() - begin, self.stopped_by)

    def _start_ready(self, steps: StepRunner) -> bool:
        """Start what can start; tell whether anything runs."""
        if self.stopped_by is not None:
            return bool(self.running)
        still_waiting = []
        for step in self.waiting:
            blocked = [need for need in step.needs if self._is_lost(need)]
            if blocked:
                self._finish(step, self._not_run(step, f"it needs step '{blocked[0]}'"))
            elif all(need in self.results for need in step.needs) and self._has_room(step):
                upstream = {need: self.results[need] for need in step.needs}
                task = asyncio.create_task(steps.run(step, upstream, self.progress))
                self.running[task] = step
            else:
                still_waiting.append(step)
        self.waiting = still_waiting
        return bool(self.running)

    def _is_lost(self, name: str) -> bool:
        return name in self.results and self.results[name].manifest is None

    def _has_room(self, step: PlannedStep) -> bool:
        taken = sum(other.resources.cores for other in self.running.values())
        return not self.running or taken + step.resources.cores <= self.local.cores

    def _not_run(self, step: PlannedStep, reason: str) -> StepResult:
        return StepResult(step, State.NOT_RUN, self.local.folder.log(step.name), reason=reason)

    def _finish(self, step: PlannedStep, result: StepResult) -> None:
        self.results[step.name] = result
        self.progress.finished(result)

    def _listen(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # whoever runs it in a thread has the signals
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._stop, number)

    def _stop(self, number: int) -> None:
        self.stopped_by = number
        self.progress.note(f"stopping after {signal.Signals(number).name}; once more kills")
        for task in self.running:
            task.cancel()
