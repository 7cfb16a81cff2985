"""The flow file as data: which pipeline runs where, on what, when. Imports pydantic only.

Nothing here reads files or knows of other parts of a project; see `headrace_orchestration.load`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from headrace_orchestration.fields import (
    Alias,
    ColumnName,
    Cpu,
    Cron,
    Duration,
    ImageName,
    Memory,
    Name,
    Text,
    TimeZone,
)
from headrace_orchestration.flow_params import FlowParam

__all__ = [
    "FLOW_FORMAT",
    "AssetRule",
    "Dataset",
    "Defaults",
    "EvaluateStep",
    "Flow",
    "Resources",
    "Retry",
    "Schedule",
    "ScoreStep",
    "Step",
    "TrainStep",
]

FLOW_FORMAT: Final = "headrace/v1"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class AssetRule(_Part):
    """Datasets whose publication starts the flow: any of them, or all."""

    any: Annotated[tuple[Name, ...], Field(min_length=1)] | None = None
    all: Annotated[tuple[Name, ...], Field(min_length=1)] | None = None


class Schedule(_Part):
    """When the flow runs by itself, where an environment allows it."""

    cron: Cron | None = None
    timezone: TimeZone = "UTC"
    assets: AssetRule | None = None


class Dataset(_Part):
    """A dataset that the flow reads, or publishes for others."""

    uri: Text
    """Files, a folder, a glob, or a dataset by name or reference."""


class Resources(_Part):
    """What a step asks of its machine."""

    cpu: Cpu = "1"
    """Cores, such as ``2`` or ``500m``."""
    memory: Memory | None = None
    """Such as ``2Gi``."""

    @property
    def cores(self) -> float:
        """``cpu`` as a number."""
        milli = self.cpu.endswith("m")
        return float(self.cpu.rstrip("m")) / (1000 if milli else 1)


class Retry(_Part):
    """What to do about a failure that another attempt may cure."""

    attempts: Annotated[int, Field(ge=1, le=20)] = 1
    """How often to try, the first time included."""
    delay: Duration = timedelta(seconds=30)
    """Pause before the next attempt."""


class Defaults(_Part):
    """What holds for every step that does not say otherwise."""

    resources: Resources = Resources()
    retry: Retry = Retry()
    timeout: Duration | None = None
    """Of one attempt."""


def _file_or_mapping(value: object) -> object:
    if not isinstance(value, str | dict):
        raise ValueError(  # noqa: TRY004 - the error that pydantic reports
            "wanted the name of a params file, or the params themselves as a mapping"
        )
    return value


_Mergeable = TypeVar("_Mergeable", Resources, Retry)
_ParamValues = dict[str, JsonValue]


class _Step(_Part):
    """What steps of every mode have in common."""

    pipeline: Text
    input: Text
    """What it reads: ``${datasets.x}``, ``${steps.x.output}``, or a URI."""
    where: Text | None = None
    """Expression that rows must fulfil to be read."""
    max_bad: Annotated[float, Field(ge=0, le=1)] | None = None
    """Greatest fraction of bad rows."""
    after: tuple[Name, ...] = ()
    """Steps to wait for besides those it refers to."""
    image: ImageName | None = None
    """Image to run in, if not the flow's."""
    resources: Resources | None = None
    """Fields given here replace those of the defaults."""
    retry: Retry | None = None
    """Fields given here replace those of the defaults."""
    timeout: Duration | None = None


class TrainStep(_Step):
    """Fit a model and publish it."""

    mode: Literal["train"]
    params: Annotated[str | _ParamValues, BeforeValidator(_file_or_mapping)] = {}
    """A YAML file, relative to the flow file, or the params themselves."""
    overrides: Annotated[_ParamValues, Field(alias="set")] = {}
    """Params on top of those."""
    promote: Alias | None = None
    """Alias of the model to move to the new version."""


class ScoreStep(_Step):
    """Predict with a model and publish the rows as a dataset."""

    mode: Literal["score"]
    model: Text
    """``${steps.x.model}``, or a model by reference (``NAME@VERSION`` or ``NAME@ALIAS``)."""
    out_of_fold: bool = False
    """Score each row by the fold model that never saw it."""
    keep: Annotated[tuple[ColumnName, ...], Field(min_length=1)] | None = None
    """Input columns to pass through; all by default."""
    prediction: Text | None = None
    """Name of the prediction's column; ``<pipeline>_prediction`` by default."""
    publish: Name | None = None
    """Dataset of the flow that this output is: its alias ``published`` moves to the version."""


class EvaluateStep(_Step):
    """Measure a model on labelled rows."""

    mode: Literal["evaluate"]
    model: Text
    """As for score."""


Step = Annotated[TrainStep | ScoreStep | EvaluateStep, Field(discriminator="mode")]


class Flow(_Part):
    """One flow file."""

    version: Literal["headrace/v1"]
    name: Name
    """The same as the file's name, without ``.yaml``."""
    description: str = ""
    image: ImageName | None = None
    """Name of the image to run in; the environment knows where it is."""
    schedule: Schedule | None = None
    params: dict[Name, FlowParam] = {}
    """What whoever starts the flow may set."""
    datasets: dict[Name, Dataset] = {}
    defaults: Defaults = Defaults()
    steps: Annotated[dict[Name, Step], Field(min_length=1)]

    def resources(self, step: str) -> Resources:
        """Return what a step asks for, its own words before the defaults'."""
        return _merged(self.defaults.resources, self.steps[step].resources)

    def retry(self, step: str) -> Retry:
        """Return how often a step is tried, its own words before the defaults'."""
        return _merged(self.defaults.retry, self.steps[step].retry)

    def timeout(self, step: str) -> timedelta | None:
        """Return how long one attempt of a step may take."""
        own = self.steps[step].timeout
        return self.defaults.timeout if own is None else own


def _merged(default: _Mergeable, own: _Mergeable | None) -> _Mergeable:
    if own is None:
        return default
    given = {name: getattr(own, name) for name in own.model_fields_set}
    return default.model_copy(update=given)
