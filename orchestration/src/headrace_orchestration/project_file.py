"""The project file beside the flows: who answers for them, and the labels of their costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.contracts.project import Project
from headrace_orchestration.validation import validate
from headrace_orchestration.yaml_source import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from headrace_orchestration.faults import Fault

__all__ = ["find_project", "read_project"]


def find_project(folder: Path) -> Path | None:
    """Return the nearest ``project.yaml``, in a folder or above it."""
    places = (folder, *folder.absolute().parents)
    return next((file for place in places if (file := place / "project.yaml").is_file()), None)


def read_project(file: Path | None) -> tuple[Project | None, list[Fault]]:
    """Return the project that a file describes, and what is wrong with it, by line.

    Raises
    ------
    RequestError
        The file cannot be read.
    """
    if file is None:
        return None, []
    source, faults = read_yaml(file)
    if faults:
        return None, faults
    return validate(Project, source)
