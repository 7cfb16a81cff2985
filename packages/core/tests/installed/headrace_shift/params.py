"""Params; light."""

from typing import Annotated, Literal

from pydantic import Field

from headrace import SupervisedParams


class ShiftParams(SupervisedParams):
    """Params of the pipelines."""

    average: Literal["mean", "none"] = "mean"
    """What the constant is: the mean of what the features leave of the target, or 0."""

    pause: Annotated[float, Field(ge=0, le=60)] = 0.0
    """Seconds to wait at each batch, so that a test can stop a run half-way."""
