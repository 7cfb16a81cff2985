import time
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from headrace import InputUri, Params


class JoinParams(Params):
    """Params of join."""

    values: InputUri
    """Table of code and value."""

    fault: Literal["", "transient", "infinite", "columns", "model", "nothing"] = ""
    """What to do wrong."""


class UnlinkedParams(JoinParams):
    values: str
    """Table of code and value, by a path that nobody looks at."""


class LenientParams(JoinParams):
    model_config = ConfigDict(extra="allow")


class SilentParams(JoinParams):
    alpha: float = 1.0


class RoundedParams(JoinParams):
    alpha: Annotated[float, AfterValidator(lambda value: value / 2)] = 1.0
    """A share."""


class ClockedParams(JoinParams):
    at: float = Field(default_factory=time.time)
    """Now."""
