"""A request: what one run of the entrypoint is asked to do."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

__all__ = ["Request"]


class Request(BaseModel):
    """One run, as the entrypoint's arguments say it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    pipeline: str
    mode: Literal["train", "score", "evaluate"]
    input: str
    """Files, a folder, a glob, or a dataset by reference."""
    root: str
    """Where bare names lie."""
    model: str | None = None
    """NAME_URI to train, reference to score and evaluate; a pipeline may score without."""
    output: str | None = None
    """NAME_URI of the dataset that scoring publishes; an evaluation may have one."""
    version: str | None = None
    """Version to publish; by default the time and the request's digest."""
    params: dict[str, JsonValue] = {}
    """Of a training; of a pipeline with a graph of its own in every mode."""
    where: str | None = None
    """Expression that rows must fulfil to be read."""
    max_bad: Annotated[float, Field(ge=0, le=1)] = 0.001
    """Greatest fraction of bad rows."""
    out_of_fold: bool = False
    """Score each row by the fold model that never saw it."""
    interval: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Level of prediction intervals, written as ``<prediction>_lower`` and ``_upper``."""
    keep: tuple[str, ...] | None = None
    """Input columns to pass through; by default all."""
    prediction: Annotated[str, Field(min_length=1)] | None = None
    """Name of the prediction's column; by default ``<pipeline>_prediction``."""
    allow_chain: tuple[str, ...] = ()
    """Pipelines whose predictions the input may have from another model than in training."""
    runner: str = "in-process"
    runner_options: dict[str, JsonValue] = {}
    labels: dict[str, str] = {}
    """Owner, contact and cost labels of the project."""
    image: str = ""
    """Container image that the run is in, by digest."""
