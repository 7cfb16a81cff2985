"""The project file: what a project is called, and who answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from headrace.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Project", "parse_project"]


class Project(BaseModel):
    """Name, owner, contact and cost labels of a project."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: str
    owner: str
    """Team or person who answers for it."""
    contact: str
    """Where to reach them."""
    labels: dict[str, str] = {}
    """For costs and whatever else; become labels of pods, images and manifests."""

    @property
    def all_labels(self) -> dict[str, str]:
        """All of it as flat labels."""
        return {
            "project": self.name,
            "owner": self.owner,
            "contact": self.contact,
            **self.labels,
        }


def parse_project(value: Mapping[str, object]) -> Project:
    """Return the project that a YAML mapping describes.

    Raises
    ------
    RequestError
        A field is missing, unknown or of the wrong type.
    """
    try:
        return Project.model_validate(value)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
        )
        raise RequestError(
            f"The project file is wrong: {faults}",
            fix="it has name, owner, contact and labels (a mapping of texts)",
        ) from error
