"""Tell how a run goes, on stderr: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

from headrace_orchestration.fields import write_duration
from headrace_orchestration.local.results import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from headrace_orchestration.local.results import StepResult
    from headrace_orchestration.planned import PlannedStep

__all__ = ["LineProgress", "Progress", "show_progress"]


class Progress(Protocol):
    """Hears what happens, in the order in which it happens."""

    def started(self, step: PlannedStep, attempt: int) -> None:
        """Hear that a step's process is about to start."""

    def retrying(self, step: PlannedStep, reason: str, delay: timedelta) -> None:
        """Hear that an attempt failed and another will follow."""

    def finished(self, result: StepResult) -> None:
        """Hear what came of a step."""

    def note(self, text: str) -> None:
        """Hear something about the run."""


class LineProgress:
    """One plain line for everything that happens."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def started(self, step: PlannedStep, attempt: int) -> None:
        """Say that a step starts."""
        again = f" (attempt {attempt})" if attempt > 1 else ""
        self.note(f"{step.name}: {step.task}{again}")

    def retrying(self, step: PlannedStep, reason: str, delay: timedelta) -> None:
        """Say why a step is tried again, and when."""
        self.note(f"{step.name}: {_first_line(reason)}; again in {write_duration(delay)}")

    def finished(self, result: StepResult) -> None:
        """Say what came of a step."""
        self.note(_outcome(result))

    def note(self, text: str) -> None:
        """Write a line."""
        self._stream.write(f"{text}\n")
        self._stream.flush()


class _LiveProgress:
    """A spinner and a clock for every step that runs; what is over moves up as a line."""

    def __init__(self, live: RichProgress) -> None:
        self._live = live
        self._tasks: dict[str, TaskID] = {}

    def started(self, step: PlannedStep, attempt: int) -> None:
        again = f" (attempt {attempt})" if attempt > 1 else ""
        if step.name not in self._tasks:
            self._tasks[step.name] = self._live.add_task("", total=None)
        description = f"{step.name}: {step.task}{again}"
        self._live.update(self._tasks[step.name], description=description, refresh=True)

    def retrying(self, step: PlannedStep, reason: str, delay: timedelta) -> None:
        self.note(f"{step.name}: {_first_line(reason)}; again in {write_duration(delay)}")

    def finished(self, result: StepResult) -> None:
        if result.step.name in self._tasks:
            self._live.remove_task(self._tasks.pop(result.step.name))
        self.note(_outcome(result))

    def note(self, text: str) -> None:
        self._live.console.print(text, markup=False, highlight=False)


@contextmanager
def show_progress(stream: TextIO) -> Iterator[Progress]:
    """Show a run's progress while it lasts."""
    if not stream.isatty():
        yield LineProgress(stream)
        return
    # Only a terminal pays for the import.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Live  # noqa: PLC0415
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Live(*columns, console=Console(file=stream), transient=True) as live:
        yield _LiveProgress(live)


def _outcome(result: StepResult) -> str:
    name = result.step.name
    match result.state:
        case State.DONE:
            return f"{name}: done in {result.seconds:.1f} s"
        case State.DONE_BEFORE:
            return f"{name}: done before"
        case State.FAILED:
            return f"{name}: failed with exit code {result.exit_code}: {_first_line(result.reason)}"
        case State.STOPPED:
            return f"{name}: stopped"
        case State.NOT_RUN:
            return f"{name}: not run, {result.reason}"


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0].removeprefix("error: ")
