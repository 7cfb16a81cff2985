"""Run one step: not at all if it was done before, again if that may help, and record it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from headrace.contracts.digests import digest_of
from headrace.contracts.manifest import Manifest
from headrace.errors import HeadraceError
from headrace_orchestration.fields import write_duration
from headrace_orchestration.local.folder import StepRecord
from headrace_orchestration.local.process import run_attempt
from headrace_orchestration.local.results import State, StepResult
from headrace_orchestration.local.store import holds, move_alias
from headrace_orchestration.local.wait import wait_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace_orchestration.local.process import Attempt
    from headrace_orchestration.local.progress import Progress
    from headrace_orchestration.local.runner import LocalRun
    from headrace_orchestration.planned import PlannedStep

__all__ = ["RETRIED", "StepRunner"]

RETRIED: Final = (75, 137, 143)
"""Exit codes that another attempt may cure: something outside failed, or the process was killed."""


class StepRunner:
    """Runs the steps of one run.

    Parameters
    ----------
    local : LocalRun
        Entrypoint, folder, digests, versions.
    """

    def __init__(self, local: LocalRun) -> None:
        self._local = local

    async def run(
        self, step: PlannedStep, upstream: Mapping[str, StepResult], progress: Progress
    ) -> StepResult:
        """Run a step whose upstream steps are done, and return what came of it.

        Parameters
        ----------
        step : PlannedStep
            What to run.
        upstream : mapping
            Results of the steps it needs; all have manifests.
        progress : Progress
            Hears of attempts.
        """
        begin = time.monotonic()
        if step.wait is not None:
            return await wait_for(step, step.wait, self._local, progress)
        folder = self._local.folder
        log = folder.log(step.name)
        fingerprint = self._fingerprint(step, upstream)
        attempts, code = 0, None
        try:
            record = folder.read_record(step.name)
            if record and record.fingerprint == fingerprint and await _is_held(record.manifest):
                return StepResult(step, State.DONE_BEFORE, log, record.manifest)
            while True:
                attempts += 1
                progress.started(step, attempts)
                attempt = await run_attempt(
                    (*self._local.entrypoint, *step.argv),
                    variables=self._local.variables,
                    log=log,
                    timeout=step.timeout,
                    grace=self._local.grace,
                )
                code = attempt.exit_code
                if code not in RETRIED or attempts == step.retry.attempts:
                    break
                progress.retrying(step, _reason(step, attempt), step.retry.delay)
                await asyncio.sleep(step.retry.delay.total_seconds())
            seconds = time.monotonic() - begin
            if code != 0:
                reason = _reason(step, attempt)
                return StepResult(step, State.FAILED, log, None, attempts, code, seconds, reason)
            manifest = _manifest(step, attempt)
            await asyncio.to_thread(move_alias, step)
            # Last, so that a step counts as done only when its alias has moved, too.
            folder.write_record(step.name, StepRecord(fingerprint=fingerprint, manifest=manifest))
            seconds = time.monotonic() - begin
            return StepResult(step, State.DONE, log, manifest, attempts, code, seconds)
        except asyncio.CancelledError:
            seconds = time.monotonic() - begin
            return StepResult(step, State.STOPPED, log, None, attempts, code, seconds, "stopped")
        except HeadraceError as error:
            seconds = time.monotonic() - begin
            return StepResult(
                step, State.FAILED, log, None, attempts, error.exit_code, seconds, f"error: {error}"
            )

    def _fingerprint(self, step: PlannedStep, upstream: Mapping[str, StepResult]) -> str:
        """Return what stands for all that decides what the step does."""
        outside = self._local.digests
        return digest_of(
            {
                "argv": list(step.argv),
                "alias": step.alias,
                "input": outside.inputs[step.input_uri]
                if step.input_step is None
                else _made(upstream[step.input_step]),
                "further": {
                    uri: outside.inputs[uri] if maker is None else _made(upstream[maker])
                    for uri, maker in step.further.items()
                },
                "model": None
                if step.model_uri is None
                else outside.models[step.model_uri]
                if step.model_step is None
                else _made(upstream[step.model_step]),
                "versions": dict(self._local.versions),
            }
        )


def _made(result: StepResult) -> str | None:
    return result.manifest.digest if result.manifest else None


async def _is_held(manifest: Manifest) -> bool:
    return await asyncio.to_thread(holds, manifest)


def _manifest(step: PlannedStep, attempt: Attempt) -> Manifest:
    try:
        return Manifest.model_validate_json(attempt.output)
    except ValidationError as error:
        raise HeadraceError(
            f"Step '{step.name}' ended well but printed no manifest: {error.errors()[0]['msg']}",
            where=f"stdout: {attempt.output[:200].decode(errors='replace')!r}",
            fix="the environment's entrypoint must be a 'headrace' of the same version",
        ) from error


def _reason(step: PlannedStep, attempt: Attempt) -> str:
    if attempt.timed_out and step.timeout is not None:
        limit = f"stopped after its timeout of {write_duration(step.timeout)}"
        return f"{limit}\n{attempt.error}".rstrip()
    return attempt.error or f"it ended with exit code {attempt.exit_code} and said nothing"
