"""The flow file as data: which pipeline runs where, on what, when. Imports pydantic only.

Nothing here reads files or knows of other parts of a project; see `headrace_orchestration.load`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from headrace_orchestration.fields import (
    ColumnName,
    Cron,
    Duration,
    ImageName,
    Name,
    PoolName,
    Text,
    TimeZone,
)
from headrace_orchestration.flow_params import FlowParam
from headrace_orchestration.partitions import Partitioning, Partitions
from headrace_orchestration.steps import (
    EvaluateStep,
    FlowStep,
    Item,
    Resources,
    Retry,
    ScoreStep,
    Step,
    TrainStep,
    WaitStep,
)

if TYPE_CHECKING:
    from datetime import timedelta

    from pydantic import JsonValue

__all__ = [
    "FLOW_FORMAT",
    "AssetRule",
    "Dataset",
    "Defaults",
    "EvaluateStep",
    "Flow",
    "FlowStep",
    "Group",
    "Item",
    "Resources",
    "Retry",
    "Schedule",
    "ScoreStep",
    "Step",
    "TrainStep",
    "WaitStep",
]

FLOW_FORMAT: Final = "headrace/v1"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def _one_of(*names: str) -> dict[str, JsonValue]:
    """Return what a JSON schema says where at least one of several fields is to be given."""
    return {"anyOf": [{"required": [name]} for name in names]}


class AssetRule(_Part):
    """Datasets whose publication starts the flow. With both fields, it takes both."""

    model_config = ConfigDict(json_schema_extra=_one_of("any", "all"))

    any: Annotated[tuple[Name, ...], Field(min_length=1)] | None = None
    """Datasets of the flow; a new version of one is enough."""
    all: Annotated[tuple[Name, ...], Field(min_length=1)] | None = None
    """Datasets of the flow; each must have a new version."""

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if self.any is None and self.all is None:
            raise ValueError("wanted 'any' or 'all', with names of datasets")
        return self


class Schedule(_Part):
    """When the flow runs by itself, where an environment lets it: by clock, by assets, by both."""

    model_config = ConfigDict(json_schema_extra=_one_of("cron", "assets"))

    cron: Cron | None = None
    """Minute, hour, day, month and weekday (``0 3 * * *``), or ``@hourly``, ``@daily``,
    ``@weekly``, ``@monthly``, ``@yearly``."""
    timezone: TimeZone = "UTC"
    """Zone of the clock, such as ``Europe/Zurich``."""
    assets: AssetRule | None = None
    """Datasets whose publication starts the flow."""

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if self.cron is None and self.assets is None:
            raise ValueError("wanted 'cron', 'assets' or both")
        return self


class Dataset(_Part):
    """A dataset that the flow reads, or publishes for others."""

    uri: Text
    """Files, a folder, a glob, or a dataset as ``NAME``, ``NAME@VERSION`` or ``NAME@ALIAS``."""
    columns: Annotated[tuple[ColumnName, ...], Field(min_length=1)] | None = None
    """All its columns, those of the folders included. ``flow check`` then tells columns that are
    not there, in every step that reads it or what is made of it."""


class Group(_Part):
    """Steps that are shown as one, waited for as one, and run alone by ``--only``."""

    description: str = ""
    """For people."""


class Defaults(_Part):
    """What holds for every step that does not say otherwise."""

    resources: Resources = Resources()
    """What a step asks of its machine."""
    retry: Retry = Retry()
    """What to do about a failure that another attempt may cure."""
    timeout: Duration | None = None
    """Of one attempt."""
    pool: PoolName | None = None
    """Pool of Airflow, which bounds how many steps run at once."""


_Mergeable = TypeVar("_Mergeable", Resources, Retry)


class Flow(_Part):
    """One flow file."""

    version: Literal["headrace/v1"]
    """Of the format."""
    name: Name
    """The same as the file's name, without ``.yaml``; begins the name of all it publishes."""
    description: str = ""
    """For people."""
    image: ImageName | None = None
    """Name of the image to run in; the environment knows where it is."""
    schedule: Schedule | None = None
    """When the flow runs by itself."""
    partitions: Partitions | None = None
    """``hourly``, ``daily`` or ``monthly``: the flow runs once for each partition of its data,
    whose key is ``${partition}`` and the version of all that the run publishes."""
    params: dict[Name, FlowParam] = {}
    """What whoever starts the flow may set."""
    datasets: dict[Name, Dataset] = {}
    """What the flow reads, and what it publishes for others."""
    defaults: Defaults = Defaults()
    """What holds for every step that does not say otherwise."""
    groups: dict[Name, Group] = {}
    """Groups of steps; a step says which it belongs to."""
    steps: Annotated[dict[Name, FlowStep], Field(min_length=1)]
    """What the flow does."""

    @property
    def partitioning(self) -> Partitioning | None:
        """How the flow's data are cut, if they are."""
        return Partitioning.of(self.partitions) if self.partitions else None

    def resources(self, step: str) -> Resources:
        """Return what a step asks for, its own words before the defaults'."""
        found = self.steps[step]
        return (
            _NOTHING
            if isinstance(found, WaitStep)
            else _merged(self.defaults.resources, found.resources)
        )

    def retry(self, step: str) -> Retry:
        """Return how often a step is tried, its own words before the defaults'."""
        found = self.steps[step]
        return _merged(self.defaults.retry, None if isinstance(found, WaitStep) else found.retry)

    def timeout(self, step: str) -> timedelta | None:
        """Return how long one attempt of a step may take."""
        own = self.steps[step].timeout
        return self.defaults.timeout if own is None else own

    def image_of(self, step: str) -> str | None:
        """Return the name of the image that a step runs in; none of a step that only waits."""
        found = self.steps[step]
        return None if isinstance(found, WaitStep) else found.image or self.image

    def pool_of(self, step: str) -> str | None:
        """Return the pool of a step, as the flow calls it."""
        return self.steps[step].pool or self.defaults.pool


_NOTHING: Final = Resources(cpu="1m")  # waiting takes no core


def _merged(default: _Mergeable, own: _Mergeable | None) -> _Mergeable:
    if own is None:
        return default
    given = {name: getattr(own, name) for name in own.model_fields_set}
    return default.model_copy(update=given)
