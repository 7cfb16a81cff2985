"""The machine: cores, threads and memory that a run may use, and who answers for the project."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from headrace.cli.doctor.finding import Finding, problem
from headrace.cli.doctor.memory import memory_limit, total_memory
from headrace.cli.project import project_labels
from headrace.cli.session import THREAD_VARIABLES
from headrace.errors import HeadraceError
from headrace.machine import usable_cores

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["check_machine"]

_GIB: Final = 2**30
_ENOUGH: Final = 1 * _GIB
"""Bytes of memory: Beam, Arrow and a booster's library take a third of it before any data."""


def check_machine(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Check what a run may use.

    Parameters
    ----------
    environment : mapping of str to str
        Of this process, with the defaults for threads set.
    """
    cores = usable_cores()
    found = f"{cores} of {os.cpu_count()} usable; a run starts {cores} workers"
    yield Finding("machine", "cores", found)
    yield _check_threads(environment, cores)
    yield _check_memory(total_memory(), memory_limit())
    yield _check_project(environment)


def _check_threads(environment: Mapping[str, str], workers: int) -> Finding:
    settings = {name: environment[name] for name in THREAD_VARIABLES if name in environment}
    found = ", ".join(f"{name}={value}" for name, value in settings.items()) or "not set"
    unusual = [name for name, value in settings.items() if value.strip() != "1"]
    if not unusual or workers == 1:
        return Finding("machine", "threads a worker", found)
    return Finding(
        "machine",
        "threads a worker",
        f"{found}; {workers} workers share the cores already",
        "warning",
        fix=f"unset {' '.join(unusual)}: one thread a worker is the default, and the step that "
        "fits a booster takes all cores by itself",
    )


def _check_memory(total: int, allowed: int | None) -> Finding:
    usable = total if allowed is None else min(total, allowed)
    found = f"{total / _GIB:,.1f} GiB"
    if usable < total:
        found = f"{usable / _GIB:,.1f} GiB, to which the container is held, of {found}"
    if usable >= _ENOUGH:
        return Finding("machine", "memory", found)
    return Finding(
        "machine",
        "memory",
        found,
        "warning",
        fix="give the machine or container 1 GiB or more; a killed run ends with exit code 137",
    )


def _check_project(environment: Mapping[str, str]) -> Finding:
    try:
        labels = project_labels(environment)
    except HeadraceError as error:
        return problem("machine", "project", error, "repair the file, or set HEADRACE_PROJECT")
    if not labels:
        found = "no project.yaml here; runs carry no owner"
        return Finding("machine", "project", found)
    found = f"{labels['project']}, of {labels['owner']} ({labels['contact']})"
    return Finding("machine", "project", found)
