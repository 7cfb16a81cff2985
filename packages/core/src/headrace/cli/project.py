"""``project.yaml``: who owns the project, and the labels its runs carry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from headrace.cli.yaml_files import mapping_in
from headrace.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["project_labels"]


def project_labels(environment: Mapping[str, str]) -> dict[str, str]:
    """Return name, owner, contact and labels of ``$HEADRACE_PROJECT`` or ``./project.yaml``.

    Raises
    ------
    RequestError
        The file is not as it should be.
    """
    path = Path(environment.get("HEADRACE_PROJECT", "project.yaml"))
    if not path.is_file():
        return {}
    from headrace.contracts.project import parse_project

    try:
        return parse_project(mapping_in(path, "project file")).all_labels
    except RequestError as error:
        raise RequestError(error.what, where=f"{path}", fix=error.fix) from error
