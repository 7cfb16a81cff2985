"""How long ago something was, and how long "30d" is; for people."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from headrace.errors import RequestError

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["age", "parse_age"]

_STEPS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_UNITS: Final = {"w": 604_800, "d": 86_400, "h": 3_600, "min": 60, "m": 60, "s": 1}
_AGE: Final = re.compile(r"(\d{1,6}) ?(w|d|h|min|m|s)")


def age(created: datetime, now: datetime) -> str:
    """Return how long ago something was, in its greatest unit: ``3 d``."""
    seconds = max(0, int((now - created).total_seconds()))
    unit, length = next((step for step in _STEPS if seconds >= step[1]), _STEPS[-1])
    return f"{seconds // length} {unit}"


def parse_age(text: str, option: str) -> timedelta:
    """Return the time that a text such as ``30d`` or ``12h`` means.

    Raises
    ------
    RequestError
        It is no time.
    """
    found = _AGE.fullmatch(text.strip())
    if found is None:
        raise RequestError(
            f"{text!r} is no time; wanted a number and w, d, h, min or s",
            where=option,
            fix="for example 30d",
        )
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])
