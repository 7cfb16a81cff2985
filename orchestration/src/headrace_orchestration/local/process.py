"""One attempt at a step: a process, its log, its time limit, and a clean end whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta
    from pathlib import Path

__all__ = ["GRACE_SECONDS", "Attempt", "run_attempt"]

GRACE_SECONDS: Final = 10.0
"""What a process that is asked to stop has for it, before it is killed."""

_TAIL_LINES: Final = 12
_TAIL_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one attempt ended.

    Parameters
    ----------
    exit_code : int
        As a shell gives it: 128 and the signal's number for a process that was killed.
    output : bytes
        What it wrote to stdout.
    error : str
        What it said last on stderr: from ``error:`` on, otherwise the last lines.
    seconds : float
        Wall time.
    timed_out : bool
        It took longer than it may, and was stopped.
    """

    exit_code: int
    output: bytes
    error: str
    seconds: float
    timed_out: bool


async def run_attempt(
    command: Sequence[str],
    *,
    variables: Mapping[str, str],
    log: Path,
    timeout: timedelta | None,
    grace: float = GRACE_SECONDS,
) -> Attempt:
    """Run a command to its end.

    Parameters
    ----------
    command : sequence of str
        Program and arguments; no shell sees them.
    variables : mapping
        All environment variables of the process.
    log : Path
        Takes its stderr, after what is there.
    timeout : timedelta or None
        How long it may take.
    grace : float
        Seconds between asking it to stop and killing it.

    Raises
    ------
    asyncio.CancelledError
        The task was cancelled; the process has ended.
    """
    begin = time.monotonic()
    # A file, not a pipe: no deadlock on a large manifest, none on a grandchild that keeps it open.
    with log.open("ab") as stderr, tempfile.TemporaryFile() as stdout:
        stderr.write(f"--- {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n".encode())
        stderr.flush()
        start = stderr.tell()
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env=variables,
            start_new_session=True,  # ctrl-C in a terminal reaches the runner, which stops steps
        )
        timed_out = False
        try:
            await asyncio.wait_for(process.wait(), timeout.total_seconds() if timeout else None)
        except TimeoutError:
            timed_out = True
        finally:
            await _end(process, grace)
        stdout.seek(0)
        code = process.returncode or 0
        return Attempt(
            exit_code=code if code >= 0 else 128 - code,
            output=stdout.read(),
            error=_last_words(log, start),
            seconds=time.monotonic() - begin,
            timed_out=timed_out,
        )


async def _end(process: asyncio.subprocess.Process, grace: float) -> None:
    """Ask a process to stop, and kill it and its children if it does not, or on a second call."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), grace)
    except TimeoutError:
        pass
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def _last_words(log: Path, start: int) -> str:
    with log.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(start, end - _TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    errors = [number for number, line in enumerate(lines) if line.startswith("error:")]
    return "\n".join(lines[errors[-1] :] if errors else lines[-_TAIL_LINES:])
