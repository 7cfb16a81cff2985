"""Turn what came of a run into the table a user reads, the JSON a machine reads, or an error."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, ClassVar, Final

from headrace.errors import HeadraceError, Stopped
from headrace_orchestration.local.results import State

if TYPE_CHECKING:
    from pydantic import JsonValue
    from rich.table import Table

    from headrace.contracts.manifest import Manifest
    from headrace_orchestration.local.results import FlowResult, StepResult

__all__ = ["Interrupted", "StepFailed", "as_json", "as_table", "raise_failure"]

_FOLDERS: Final = ("models", "datasets")


class StepFailed(HeadraceError):
    """A step of a flow failed; the flow takes the step's exit code for its own."""

    def __init__(self, what: str, where: str = "", fix: str = "", exit_code: int = 1) -> None:
        super().__init__(what, where, fix)
        self.args = (what, where, fix, exit_code)
        self.exit_code = exit_code  # type: ignore[misc] # of the step, not of the class


class Interrupted(Stopped):
    """The user pressed ctrl-C; nothing half done was published."""

    exit_code: ClassVar[int] = 130


def raise_failure(result: FlowResult, resume: str) -> None:
    """Raise what went wrong; do nothing if all went well.

    Parameters
    ----------
    result : FlowResult
        Of the run.
    resume : str
        The command that takes the run up again.

    Raises
    ------
    Stopped
        It was stopped by SIGTERM; `Interrupted` by ctrl-C.
    StepFailed
        Steps failed; the exit code is that of the first.
    """
    fix = f"resume with: {resume}"
    n_steps = len(result.steps)
    if result.stopped_by is not None:
        kind = Interrupted if result.stopped_by == signal.SIGINT else Stopped
        raise kind(
            f"The run was stopped; {len(result.finished)} of {n_steps} steps are done",
            where=f"flow '{result.plan.flow}', run '{result.plan.run_key}'",
            fix=fix,
        )
    if not result.failed:
        return
    told = []
    for failed in result.failed:
        tries = f" after {failed.attempts} attempts" if failed.attempts > 1 else ""
        told.append(
            f"Step '{failed.step.name}' failed with exit code {failed.exit_code}{tries}:\n"
            + "\n".join(f"    {line}" for line in failed.reason.splitlines())
        )
    not_run = [other.step.name for other in result.steps if other.state is State.NOT_RUN]
    if not_run:
        told.append(f"Not run, because they need it: {', '.join(not_run)}")
    raise StepFailed(
        "\n".join(told),
        where="\n".join(str(failed.log) for failed in result.failed),
        fix=f"mend the cause, then {fix}",
        exit_code=result.failed[0].exit_code or 1,
    )


def as_table(result: FlowResult) -> Table:
    """Return the run as a table: step, rows, seconds, metrics, address; a state if they differ."""
    # Only who shows a table pays for the import.
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    with_state = any(step.state is not State.DONE for step in result.steps)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("step", no_wrap=True)
    if with_state:
        table.add_column("state", no_wrap=True)
    table.add_column("rows", justify="right", no_wrap=True)
    table.add_column("seconds", justify="right", no_wrap=True)
    table.add_column("metrics")
    table.add_column("address", overflow="fold")
    for step in result.steps:
        cells = [
            step.step.name,
            *([str(step.state)] if with_state else []),
            *_cells(step, result.plan.root),
        ]
        table.add_row(*map(Text, cells))
    return table


def _cells(result: StepResult, root: str) -> list[str]:
    manifest = result.manifest
    if manifest is None:
        return ["", f"{result.seconds:.1f}" if result.attempts else "", "", ""]
    rows = manifest.rows.written if manifest.mode == "score" else manifest.rows.read
    address = result.step.address
    for folder in _FOLDERS:
        address = address.removeprefix(f"{root}/{folder}/")
    return [f"{rows:,}", f"{manifest.seconds:.1f}", _metrics(manifest), address]


def _metrics(manifest: Manifest) -> str:
    return "; ".join(
        f"{split}: " + ", ".join(f"{name} {value:.6g}" for name, value in metrics.items())
        for split, metrics in manifest.metrics.items()
        if metrics and split != "cross_validation"  # `models show` has them
    )


def as_json(result: FlowResult) -> dict[str, JsonValue]:
    """Return the run as JSON, with the manifest of every step that is done."""
    return {
        "flow": result.plan.flow,
        "run_key": result.plan.run_key,
        "root": result.plan.root,
        "seconds": round(result.seconds, 3),
        "steps": [
            {
                "step": step.step.name,
                "pipeline": step.step.pipeline,
                "mode": step.step.mode,
                "state": str(step.state),
                "attempts": step.attempts,
                "exit_code": step.exit_code,
                "seconds": round(step.seconds, 3),
                "address": step.step.address,
                "log": str(step.log),
                "reason": step.reason,
                "manifest": step.manifest.model_dump(mode="json") if step.manifest else None,
            }
            for step in result.steps
        ],
    }
