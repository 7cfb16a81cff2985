"""The environment: where and by what a flow runs. Dev and prod differ in nothing else."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from headrace.contracts.uris import normal_uri
from headrace.errors import RequestError
from headrace_orchestration.faults import raise_faults
from headrace_orchestration.fields import Text
from headrace_orchestration.validation import validate
from headrace_orchestration.yaml_source import read_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "DEFAULT_ENTRYPOINT",
    "DEFAULT_ROOT",
    "Environment",
    "find_entrypoint",
    "load_environment",
]

DEFAULT_ENTRYPOINT: Final = ("headrace",)
DEFAULT_ROOT: Final = "./headrace"


class _EnvironmentFile(BaseModel):
    """An environment file."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    runtime: Literal["local"] = "local"
    """How steps run: ``local`` = as processes of this machine."""
    entrypoint: Annotated[tuple[Text, ...], Field(min_length=1)] = DEFAULT_ENTRYPOINT
    """The command and its first arguments; found beside this Python, then on the path."""
    root: Text | None = None
    """Where models, datasets and runs lie; a relative path starts at the file's folder."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Where and by what a flow runs.

    Parameters
    ----------
    root : str
        Absolute path or URI, without a slash at its end.
    entrypoint : tuple of str
        As in the file; see `find_entrypoint`.
    """

    root: str
    entrypoint: tuple[str, ...] = DEFAULT_ENTRYPOINT


def load_environment(path: Path | None, root: str | None) -> Environment:
    """Read an environment file.

    Parameters
    ----------
    path : Path or None
        The file; None stands for this machine with nothing said.
    root : str or None
        Goes before the file's root.

    Raises
    ------
    RequestError
        The file cannot be read, or with everything that is wrong in it.
    """
    if path is None:
        return Environment(_absolute(root or DEFAULT_ROOT, Path.cwd()))
    source, faults = read_yaml(path)
    # An empty file is an environment with nothing said.
    file, found = validate(_EnvironmentFile, source) if source.value is not None else (None, [])
    raise_faults(f"Environment '{path.stem}'", [*faults, *found])
    file = file or _EnvironmentFile()
    if root is not None:
        absolute = _absolute(root, Path.cwd())
    elif file.root is not None:
        absolute = _absolute(file.root, path.parent)
    else:
        absolute = _absolute(DEFAULT_ROOT, Path.cwd())
    return Environment(absolute, file.entrypoint)


def find_entrypoint(entrypoint: Sequence[str]) -> tuple[str, ...]:
    """Return the entrypoint with its program's path.

    A program without a slash is looked for beside this Python, so that a flow runs in the
    installation that reads it, and then on the path.

    Raises
    ------
    RequestError
        There is no such program.
    """
    program, *arguments = entrypoint
    beside = Path(sys.executable).parent / program
    found = str(beside) if "/" not in program and beside.is_file() else shutil.which(program)
    if found is None:
        raise RequestError(
            f"There is no program '{program}' to run steps with",
            where="entrypoint of the environment",
            fix=f"install it beside {sys.executable}, or name another entrypoint",
        )
    return (found, *arguments)


def _absolute(root: str, folder: Path) -> str:
    is_path = "://" not in root
    return normal_uri(str(folder / Path(root).expanduser()) if is_path else root)
