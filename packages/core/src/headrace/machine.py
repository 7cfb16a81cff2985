"""What the machine, or the container, gives this process; imports nothing of the project."""

from __future__ import annotations

import math
import os
from pathlib import Path

__all__ = ["usable_cores"]

_CGROUP_FILES = ("/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us")


def usable_cores() -> int:
    """Return how many cores this process may keep busy, at least 1.

    Counts the cores that the process may run on, and no more than a container's CPU quota allows.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, math.ceil(min(cores, _quota())))


def _quota() -> float:
    """Return the CPU quota of the control group in cores, infinite where there is none."""
    for path in map(Path, _CGROUP_FILES):
        try:
            quota, *period = path.read_text().split()
            if not period:  # version 1 has a file for each
                period = [path.with_name("cpu.cfs_period_us").read_text()]
            return int(quota) / int(period[0]) if int(quota) > 0 else math.inf
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return math.inf
