"""Wait on this machine for a dataset of another flow: look again and again, in this process."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from headrace.errors import HeadraceError, TransientError
from headrace_orchestration.fields import write_duration
from headrace_orchestration.local.results import State, StepResult
from headrace_orchestration.waiting import find_published

if TYPE_CHECKING:
    from headrace.contracts.manifest import Manifest
    from headrace_orchestration.local.progress import Progress
    from headrace_orchestration.local.runner import LocalRun
    from headrace_orchestration.planned import PlannedStep, Wait

__all__ = ["wait_for"]

_ATTEMPTS: Final = 1  # it looks as often as it takes


async def wait_for(
    step: PlannedStep, wait: Wait, local: LocalRun, progress: Progress
) -> StepResult:
    """Wait until a dataset is published, and return its manifest as the step's result."""
    begin = time.monotonic()
    log = local.folder.log(step.name)

    def ended(
        state: State, code: int | None, reason: str = "", manifest: Manifest | None = None
    ) -> StepResult:
        seconds = time.monotonic() - begin
        return StepResult(step, state, log, manifest, _ATTEMPTS, code, seconds, reason)

    progress.started(step, _ATTEMPTS)
    limit = step.timeout.total_seconds() if step.timeout is not None else None
    try:
        async with asyncio.timeout(limit):
            manifest = await _published(step, wait, local.root)
    except TimeoutError:
        after = f" after {write_duration(step.timeout)}" if step.timeout is not None else ""
        reason = f"'{step.input_uri}' is not published{after}"
        code = TransientError.exit_code
    except asyncio.CancelledError:
        return ended(State.STOPPED, None, "stopped")
    except HeadraceError as error:
        reason, code = f"error: {error}", error.exit_code
    else:
        return ended(State.DONE, 0, manifest=manifest)
    await asyncio.to_thread(log.write_text, f"{reason}\n", "utf-8")
    return ended(State.FAILED, code, reason)


async def _published(step: PlannedStep, wait: Wait, root: str) -> Manifest:
    while True:
        now = datetime.now(UTC)
        manifest = await asyncio.to_thread(
            find_published, step.input_uri, root, max_age=wait.max_age, now=now
        )
        if manifest is not None:
            return manifest
        await asyncio.sleep(wait.every.total_seconds())
