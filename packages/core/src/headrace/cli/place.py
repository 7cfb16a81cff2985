"""Where a new package goes: into a clone of Headrace, or a repository of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from headrace.errors import RequestError

__all__ = ["Place", "find_place"]

_WORKSPACE: Final = "headrace-workspace"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that is not there yet.

    Parameters
    ----------
    folder : Path
        Absolute.
    in_workspace : bool
        Whether it is a member of the workspace of a clone of Headrace.
    """

    folder: Path
    in_workspace: bool

    @property
    def parent(self) -> Path:
        """The folder it lies in, which is there."""
        return self.folder.parent

    @property
    def shown(self) -> str:
        """The folder as its user would write it."""
        here = Path.cwd()
        return str(self.folder.relative_to(here) if here in self.folder.parents else self.folder)


def find_place(name: str, into: Path | None) -> Place:
    """Return where a package goes.

    Parameters
    ----------
    name : str
        Of the pipeline.
    into : Path, optional
        Folder that the user wants it in.

    Raises
    ------
    RequestError
        There is no such folder, or something is in its place already.
    """
    start = (into or Path.cwd()).resolve()
    if not start.is_dir():
        raise RequestError(f"There is no folder '{into}'", where="--into", fix=f"mkdir -p {into}")
    clone = _clone_around(start)
    dashed = name.replace("_", "-")
    if clone is not None and (into is None or start in {clone, clone / "packages"}):
        place = Place(clone / "packages" / f"pipeline-{dashed}", in_workspace=True)
        # These would share the name of its nox session.
        others = [clone / "packages" / dashed, clone / dashed]
    else:
        place = Place(start / f"headrace-{dashed}", in_workspace=False)
        others = []
    for folder in (place.folder, *others):
        if folder.exists():
            what = "folder" if folder.is_dir() else "file"
            raise RequestError(
                f"There is a {what} already where '{name}' would go",
                where=str(folder),
                fix="choose another name, or move it away",
            )
    return place


def _clone_around(folder: Path) -> Path | None:
    """Return the root of the clone of Headrace that a folder is in, if any."""
    import tomllib

    for root in (folder, *folder.parents):
        try:
            project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if project.get("project", {}).get("name") == _WORKSPACE:
            return root
    return None
