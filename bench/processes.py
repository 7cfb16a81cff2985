"""Run a program and know what it took: seconds, CPU seconds and memory of it and its children."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["HEADRACE", "Cost", "machine", "measure", "median_cost"]

HEADRACE = str(Path(sys.executable).with_name("headrace"))
"""The entrypoint that is installed beside this Python."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took.

    Parameters
    ----------
    wall : float
        Seconds.
    cpu : float
        Seconds, user and system, of the process and all its children.
    megabytes : float
        Greatest resident memory of the process, or of one of its children if that had more.
    """

    wall: float
    cpu: float
    megabytes: float


def measure(command: Sequence[str | Path]) -> Cost:
    """Run a command to its end.

    Raises
    ------
    SystemExit
        It failed; what it said is shown.
    """
    os.sync()  # what an earlier run has left to write is not this one's
    arguments = [str(argument) for argument in command]
    with Path(os.devnull).open("w") as nowhere:
        started = time.perf_counter()
        process = subprocess.Popen(arguments, stdout=nowhere, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None  # noqa: S101 - for types
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(arguments)}\nended with {process.returncode}:\n{said}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median_cost(costs: Sequence[Cost]) -> Cost:
    """Return the median of each number."""
    return Cost(
        median(cost.wall for cost in costs),
        median(cost.cpu for cost in costs),
        median(cost.megabytes for cost in costs),
    )


def machine() -> str:
    """Return how much of a machine there is."""
    return f"{len(os.sched_getaffinity(0))} cores, Python {sys.version.split()[0]}"
