"""Steps of a flow file, by mode. Imports pydantic only."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StrictFloat,
    StrictInt,
    StrictStr,
)

from headrace_orchestration.fields import (
    Alias,
    ColumnName,
    Cpu,
    Duration,
    ImageName,
    Memory,
    Name,
    NameOfItem,
    PoolName,
    Text,
)

__all__ = [
    "EvaluateStep",
    "FlowStep",
    "Item",
    "Resources",
    "Retry",
    "ScoreStep",
    "Step",
    "TrainStep",
    "WaitStep",
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


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


def _file_or_mapping(value: object) -> object:
    if not isinstance(value, str | dict):
        raise ValueError(  # noqa: TRY004 - the error that pydantic reports
            "wanted the name of a params file, or the params themselves as a mapping"
        )
    return value


_ParamValues = dict[str, JsonValue]
_Params = Annotated[str | _ParamValues, BeforeValidator(_file_or_mapping)]

Item = StrictStr | StrictInt | StrictFloat
"""What a step is fanned out over."""


class _AnyStep(_Part):
    """What all steps have in common."""

    foreach: Annotated[tuple[Item, ...], Field(min_length=1, max_length=1_000)] | None = None
    """Items; the step becomes one for each, in whose texts ``${item}`` is the item: ``fit`` over
    ``[JFK, LGA]`` becomes ``fit_jfk`` and ``fit_lga``."""
    group: Name | None = None
    """Group the step belongs to."""
    after: tuple[Name, ...] = ()
    """Steps and groups to wait for besides the steps it refers to."""
    timeout: Duration | None = None
    """Of one attempt."""
    pool: PoolName | None = None
    """Pool of Airflow, in place of the defaults'; the environment may call it otherwise."""


class _Step(_AnyStep):
    """What steps of a pipeline have in common."""

    pipeline: Text
    """Name of the pipeline, as ``headrace list`` shows it."""
    input: Text
    """What it reads: ``${datasets.x}``, ``${steps.x.output}``, or a URI."""
    where: Text | None = None
    """Expression that rows must fulfil to be read."""
    max_bad: Annotated[float, Field(ge=0, le=1)] | None = None
    """Greatest fraction of bad rows."""
    image: ImageName | None = None
    """Image to run in, if not the flow's."""
    resources: Resources | None = None
    """Fields given here replace those of the defaults."""
    retry: Retry | None = None
    """Fields given here replace those of the defaults."""


_Pipelines = tuple[Text, ...]


class TrainStep(_Step):
    """Fit a model and publish it."""

    mode: Literal["train"]
    """What the pipeline does."""
    params: _Params = {}
    """A YAML file, relative to the flow file, or the params themselves."""
    overrides: Annotated[_ParamValues, Field(alias="set")] = {}
    """Params on top of those."""
    promote: Alias | None = None
    """Alias of the model to move to the new version."""


class ScoreStep(_Step):
    """Predict with a model and publish the rows as a dataset."""

    mode: Literal["score"]
    """What the pipeline does."""
    model: Text | None = None
    """``${steps.x.model}``, or a model by reference (``NAME@VERSION`` or ``NAME@ALIAS``); none of a
    pipeline that is never trained."""
    params: _Params = {}
    """As of a training; only of a pipeline with a graph of its own."""
    overrides: Annotated[_ParamValues, Field(alias="set")] = {}
    """Params on top of those."""
    out_of_fold: bool = False
    """Score each row by the fold model that never saw it."""
    keep: Annotated[tuple[ColumnName, ...], Field(min_length=1)] | None = None
    """Input columns to pass through; all by default."""
    prediction: Text | None = None
    """Name of the prediction's column; ``<pipeline>_prediction`` by default."""
    interval: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Level of prediction intervals to add, where the pipeline has them."""
    publish: NameOfItem | None = None
    """Dataset of the flow that this output is: its alias ``published`` moves to the version."""
    allow_chain: _Pipelines = ()
    """Pipelines whose predictions in the input may be of another model than the one that this
    step's model learnt from."""


class EvaluateStep(_Step):
    """Measure a model on labelled rows."""

    mode: Literal["evaluate"]
    """What the pipeline does."""
    model: Text
    """As for score."""
    allow_chain: _Pipelines = ()
    """As for score."""


class WaitStep(_AnyStep):
    """Wait until another flow has published a dataset; runs in no pipeline and no image."""

    mode: Literal["wait"]
    """What it does."""
    input: Text
    """The dataset, as ``NAME@published`` or, for one partition, ``NAME@${partition}``. What refers
    to the step's ``output`` reads it."""
    every: Duration = timedelta(minutes=1)
    """Pause between two looks."""
    max_age: Duration | None = None
    """Do not take a version that was published longer ago."""


Step = Annotated[TrainStep | ScoreStep | EvaluateStep, Field(discriminator="mode")]
"""A step that a pipeline does."""

FlowStep = Annotated[TrainStep | ScoreStep | EvaluateStep | WaitStep, Field(discriminator="mode")]
