"""Who answers for a project, in the forms that Airflow and Kubernetes take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from headrace.contracts.project import parse_project
from headrace_orchestration.faults import raise_faults
from headrace_orchestration.yaml_source import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.contracts.project import Project

__all__ = ["owner_link", "pod_labels", "project_file", "read_project", "tags_of"]

_NOT_IN_LABELS: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_LABEL: Final = 63
_LONGEST_TAG: Final = 100


def project_file(folder: Path) -> Path | None:
    """Return the nearest ``project.yaml``, in a folder or above it."""
    places = (folder, *folder.absolute().parents)
    return next((file for place in places if (file := place / "project.yaml").is_file()), None)


def read_project(file: Path | None) -> Project | None:
    """Return the project that a file describes.

    Raises
    ------
    RequestError
        The file is not as it should be.
    """
    if file is None:
        return None
    source, faults = read_yaml(file)
    raise_faults("The project file", faults)
    return parse_project(source.value if isinstance(source.value, dict) else {})


def pod_labels(project: Project | None) -> dict[str, str]:
    """Return the project's labels; characters that Kubernetes does not take become ``_``."""
    labels = project.all_labels if project else {}
    return {_label(name): _label(value) for name, value in labels.items()}


def _label(text: str) -> str:
    return _NOT_IN_LABELS.sub("_", text)[:_LONGEST_LABEL].strip("._-")


def tags_of(project: Project | None) -> list[str]:
    """Return what DAGs are found by: the project, and each of its labels."""
    if project is None:
        return ["headrace"]
    labels = [f"{name}:{value}" for name, value in project.labels.items()]
    return [tag[:_LONGEST_TAG] for tag in ("headrace", project.name, *labels)]


def owner_link(project: Project | None) -> dict[str, str]:
    """Return where the owner is reached, where the contact is an address of mail or the web."""
    if project is None:
        return {}
    contact = project.contact
    if contact.startswith(("https://", "http://")):
        return {project.owner: contact}
    return {project.owner: f"mailto:{contact}"} if "@" in contact else {}
