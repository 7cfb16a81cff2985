"""Memory that a process may use: the machine's, or what Linux's control groups hold it to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["memory_limit", "total_memory"]


def total_memory() -> int:
    """Return the bytes of the machine's memory."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def memory_limit(
    membership: Path = Path("/proc/self/cgroup"), mount: Path = Path("/sys/fs/cgroup")
) -> int | None:
    """Return the least limit in bytes of this process's group and those around it, or None.

    Parameters
    ----------
    membership : Path
        Which groups the process is in: lines of ``number:controllers:path``, without controllers
        for version 2 of the interface.
    mount : Path
        Where the groups are folders.
    """
    found = []
    for line in _text(membership).splitlines():
        controllers, _, path = line.partition(":")[2].partition(":")
        if not controllers:
            found += [_text(group / "memory.max") for group in _upwards(mount, path)]
        elif "memory" in controllers.split(","):
            groups = _upwards(mount / "memory", path)
            found += [_text(group / "memory.limit_in_bytes") for group in groups]
    return min((int(text) for text in found if text.isdecimal()), default=None)


def _upwards(mount: Path, path: str) -> Iterator[Path]:
    """Yield a group's folder and those around it; in a container, only the last is there."""
    group = mount / path.strip("/")
    yield group
    yield from (parent for parent in group.parents if parent.is_relative_to(mount))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""
