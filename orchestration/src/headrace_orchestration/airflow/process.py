"""A subprocess whose words go to the task's log line by line, and that ends when the task does."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections import deque
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Process", "own_variables"]

_LAST_LINES: Final = 12
_OURS: Final = ("AIRFLOW", "_AIRFLOW", "HEADRACE_RESULT_PATH", "PYTHONPATH", "VIRTUAL_ENV")


def own_variables(inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a worker that a step may see: not Airflow's, which hold its keys."""
    return {name: value for name, value in inherited.items() if not name.startswith(_OURS)}


class Process:
    """A running command.

    Parameters
    ----------
    command : sequence of str
        Program and arguments; no shell sees them.
    variables : mapping
        All its environment variables.
    log : callable
        Takes each line of its stderr; its stdout is not read.
    """

    def __init__(
        self, command: Sequence[str], variables: Mapping[str, str], log: Callable[[str], None]
    ) -> None:
        self._lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._log = log
        self._process = subprocess.Popen(  # noqa: S603 - the environment's own entrypoint
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=dict(variables),
            text=True,
            errors="replace",
            start_new_session=True,  # so that it can be stopped with its children
        )
        assert self._process.stderr is not None  # noqa: S101 - it is a pipe
        self._reader = threading.Thread(target=self._read, args=[self._process.stderr], daemon=True)
        self._reader.start()

    def _read(self, stderr: IO[str]) -> None:
        with stderr:
            for line in stderr:
                self._log(line.rstrip("\n"))
                self._lines.append(line.rstrip("\n"))

    def wait(self) -> int:
        """Wait for the end, and return the exit code as a shell gives it: 128 and the signal."""
        code = self._process.wait()
        self._reader.join(timeout=5)  # a grandchild may keep the pipe open
        return code if code >= 0 else 128 - code

    def stop(self, grace: float) -> None:
        """Ask it to stop, and kill it and its children after some seconds if it does not."""
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(grace)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    @property
    def last_words(self) -> str:
        """Its last lines: from the last ``error:`` on, where there is one."""
        lines = list(self._lines)
        errors = [number for number, line in enumerate(lines) if line.startswith("error:")]
        return "\n".join(lines[errors[-1] :] if errors else lines)
