"""What a run can set; light, imported to describe."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from headrace import InputUri, Params

__all__ = ["DelaysParams"]


class DelaysParams(Params):
    """Params of delays; a scoring takes the weather, and has the others from the model."""

    weather: InputUri
    """Table with origin, hour (2013-01-01T05:00) and wind (knots), one row each."""

    windy: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 15.0
    """Knots from which on an hour counts as windy."""

    low: Annotated[float, Field(gt=0, lt=0.5)] = 0.1
    """Share of the flights with a delay at or below the low one."""

    high: Annotated[float, Field(gt=0.5, lt=1)] = 0.9
    """Share of the flights with a delay at or below the high one."""

    least: Annotated[int, Field(ge=1)] = 20
    """Flights that an origin and wind must have to be told from all others."""
