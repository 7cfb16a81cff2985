"""The environment: where and by what a flow runs. Dev and prod differ in nothing else."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from headrace.contracts.uris import normal_uri
from headrace.errors import RequestError
from headrace.plugins.suggest import suggestion
from headrace_orchestration.cluster import Cluster
from headrace_orchestration.faults import raise_faults
from headrace_orchestration.fields import ImageName, PoolName, Text, VariableName
from headrace_orchestration.secret_names import looks_secret
from headrace_orchestration.validation import validate
from headrace_orchestration.yaml_source import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headrace_orchestration.faults import Fault
    from headrace_orchestration.yaml_source import Source

__all__ = [
    "DEFAULT_ENTRYPOINT",
    "DEFAULT_ROOT",
    "Environment",
    "Notifier",
    "find_entrypoint",
    "load_environment",
]

DEFAULT_ENTRYPOINT: Final = ("headrace",)
DEFAULT_ROOT: Final = "./headrace"

_DIGEST: Final = re.compile(r"@sha256:[0-9a-f]{64}$")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Notifier(_Part):
    """Whom Airflow tells that a step has failed for good."""

    notifier: Text
    """Path of a class of Airflow's notifiers."""
    arguments: dict[str, JsonValue] = {}
    """Its arguments: to whom, over which connection of Airflow. Connections keep the secrets."""


class _EnvironmentFile(_Part):
    """An environment file."""

    runtime: Literal["local", "kubernetes"] = "local"
    """How steps run: ``local`` = as processes of the machine that runs the flow, in Airflow of its
    worker; ``kubernetes`` = as pods, in Airflow only."""
    entrypoint: Annotated[tuple[Text, ...], Field(min_length=1)] = DEFAULT_ENTRYPOINT
    """The command and its first arguments. A program without a slash is found beside this Python,
    then on the path; a relative path starts at the file's folder. In pods: that of the image."""
    root: Text | None = None
    """Where models, datasets and runs lie; a relative path starts at the file's folder."""
    images: dict[ImageName, Text] = {}
    """Name to repository and digest."""
    catalogs: dict[ImageName, Text] = {}
    """Name of an image to the file of its catalog, relative to this file."""
    require_digests: bool = False
    """Whether an image by tag, which may change unseen, is refused."""
    schedules: bool = True
    """Whether flows start by themselves."""
    pool: Text | None = None
    """Airflow's pool, which bounds how many steps run at once."""
    pools: dict[PoolName, PoolName] = {}
    """What flows call a pool to what Airflow calls it here, where that differs."""
    variables: dict[VariableName, str] = {}
    """Environment variables of every step. No secrets: they would be seen in logs and pages."""
    on_failure: Notifier | None = None
    kubernetes: Cluster | None = None

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if (self.runtime == "kubernetes") != (self.kubernetes is not None):
            needs = "needs" if self.kubernetes is None else "has no use for"
            raise ValueError(f"runtime '{self.runtime}' {needs} the part 'kubernetes'")
        if self.runtime == "kubernetes" and self.root is None:
            raise ValueError("runtime 'kubernetes' needs a root that pods can reach")
        return self


@dataclass(frozen=True, slots=True)
class Environment:
    """Where and by what a flow runs; the fields are those of the file.

    Parameters
    ----------
    root : str
        Absolute path or URI, without a slash at its end.
    entrypoint : tuple of str
        See `find_entrypoint`.
    source : Source or None
        The file, for the lines of what is wrong with it.
    """

    root: str
    entrypoint: tuple[str, ...] = DEFAULT_ENTRYPOINT
    runtime: Literal["local", "kubernetes"] = "local"
    images: Mapping[str, str] = field(default_factory=dict)
    schedules: bool = True
    pool: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    on_failure: Notifier | None = None
    kubernetes: Cluster | None = None
    catalogs: Mapping[str, str] = field(default_factory=dict)
    pools: Mapping[str, str] = field(default_factory=dict)
    source: Source | None = field(default=None, compare=False, repr=False)


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
    file = file or _EnvironmentFile()
    raise_faults(f"Environment '{path.stem}'", [*faults, *found, *_faults(file, source)])
    if root is not None:
        absolute = _absolute(root, Path.cwd())
    elif file.root is not None:
        absolute = _absolute(file.root, path.parent)
    else:
        absolute = _absolute(DEFAULT_ROOT, Path.cwd())
    return Environment(
        root=absolute,
        entrypoint=_entrypoint(file, path.parent),
        runtime=file.runtime,
        images=file.images,
        schedules=file.schedules,
        pool=file.pool,
        variables=file.variables,
        on_failure=file.on_failure,
        kubernetes=file.kubernetes and _with_files(file.kubernetes, path.parent),
        catalogs={name: _beside(catalog, path.parent) for name, catalog in file.catalogs.items()},
        pools=file.pools,
        source=source,
    )


def _faults(file: _EnvironmentFile, source: Source) -> Iterator[Fault]:
    """Yield faults of single entries, each at its line."""
    for name in file.variables:
        if looks_secret(name):
            yield source.fault(
                ("variables", name),
                f"variables: '{name}' looks like a secret, and variables are seen in logs and "
                "pages; say where it lies under 'secrets' of 'kubernetes'",
            )
    for name in file.catalogs:
        if name not in file.images:
            hint = suggestion(name, file.images) or f"there are: {', '.join(file.images) or 'none'}"
            message = f"catalogs: there is no image '{name}'; {hint}"
            yield source.fault(("catalogs", name), message)
    for name, image in file.images.items():
        if file.require_digests and not _DIGEST.search(image):
            yield source.fault(
                ("images", name),
                f"image '{name}' is '{image}'; wanted REPOSITORY@sha256:DIGEST, for a tag may "
                "change unseen (require_digests)",
            )


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


def _entrypoint(file: _EnvironmentFile, folder: Path) -> tuple[str, ...]:
    program, *arguments = file.entrypoint
    if "/" not in program or file.runtime == "kubernetes":
        return file.entrypoint
    return (_beside(program, folder), *arguments)


def _with_files(cluster: Cluster, folder: Path) -> Cluster:
    files = {"pod_template": cluster.pod_template, "kubeconfig": cluster.kubeconfig}
    return cluster.model_copy(
        update={name: file and _beside(file, folder) for name, file in files.items()}
    )


def _beside(file: str, folder: Path) -> str:
    return str((folder / Path(file).expanduser()).absolute())


def _absolute(root: str, folder: Path) -> str:
    is_path = "://" not in root
    return normal_uri(str(folder / Path(root).expanduser()) if is_path else root)
