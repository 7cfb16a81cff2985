"""The small forms of a flow file: names, durations, quantities, schedules in time."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from headrace.contracts.references import is_alias
from headrace.plugins.suggest import suggestion

__all__ = [
    "NAME_FORM",
    "Alias",
    "ColumnName",
    "Cpu",
    "Cron",
    "Duration",
    "ImageName",
    "Memory",
    "Name",
    "Text",
    "TimeZone",
    "is_name",
    "write_duration",
]

NAME_FORM: Final = (
    "lower-case letters, digits and underscores, a letter first, no underscore last, "
    "at most 63 characters"
)
_NAME: Final = re.compile(r"[a-z](?:[a-z0-9_]{0,61}[a-z0-9])?")
_IMAGE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_DURATION: Final = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_CPU: Final = re.compile(r"\d+(\.\d+)?|\d+m")
_MEMORY: Final = re.compile(r"\d+(\.\d+)?([KMGT]i?|k)?")
_CRON_FIELD: Final = re.compile(r"[0-9A-Za-z*/,?#L-]+")
_CRON_FIELDS: Final = 5
_CRON_PRESETS: Final = ("@hourly", "@daily", "@weekly", "@monthly", "@yearly")
_UNITS: Final = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def is_name(text: str) -> bool:
    """Tell whether a text may name a flow, step, dataset or param."""
    return _NAME.fullmatch(text) is not None


def _name(text: str) -> str:
    if not is_name(text):
        raise ValueError(f"'{text}' is not a name; wanted {NAME_FORM}")
    return text


def _column(text: str) -> str:
    if not text or "," in text:
        raise ValueError(f"'{text}' is not the name of one column; wanted a list of names")
    return text


def _alias(text: str) -> str:
    if not is_alias(text):
        raise ValueError(
            f"'{text}' is not an alias; wanted lower-case letters, '_' and '-', a letter first, "
            "at most 64 characters, and not 'latest'"
        )
    return text


def _image(text: str) -> str:
    if not _IMAGE.fullmatch(text):
        raise ValueError(
            f"'{text}' is not the name of an image; wanted a short name that the environment maps "
            "to a repository and digest"
        )
    return text


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if not found or not value:
        raise ValueError(f"{value!r} is not a duration; wanted something like 30s, 10m, 1h30m, 2d")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def write_duration(duration: timedelta) -> str:
    """Return a duration in the form it is read, such as ``1h30m``."""
    rest = int(duration.total_seconds())
    parts = []
    for unit, size in _UNITS.items():
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def _cpu(value: object) -> object:
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _CPU.fullmatch(text) or float(text.rstrip("m")) == 0:
        raise ValueError(f"{value!r} is not an amount of CPU; wanted cores (2, 0.5) or 500m")
    return text


def _memory(text: str) -> str:
    if not _MEMORY.fullmatch(text):
        raise ValueError(f"'{text}' is not an amount of memory; wanted something like 512Mi or 2Gi")
    return text


def _cron(text: str) -> str:
    fields = text.split()
    if text not in _CRON_PRESETS and (
        len(fields) != _CRON_FIELDS or not all(map(_CRON_FIELD.fullmatch, fields))
    ):
        raise ValueError(
            f"'{text}' is not a cron expression; wanted minute, hour, day, month, weekday "
            f"(such as '0 3 * * *') or one of {', '.join(_CRON_PRESETS)}"
        )
    return text


def _time_zone(text: str) -> str:
    known = available_timezones()
    if text != "UTC" and known and text not in known:
        hint = suggestion(text, known)
        raise ValueError(f"there is no time zone '{text}'" + (f"; {hint}" if hint else ""))
    return text


Text = Annotated[str, Field(min_length=1, max_length=10_000)]
Name = Annotated[str, AfterValidator(_name)]
Alias = Annotated[str, AfterValidator(_alias)]
ColumnName = Annotated[str, AfterValidator(_column)]
ImageName = Annotated[str, AfterValidator(_image)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Cpu = Annotated[str, BeforeValidator(_cpu)]
Memory = Annotated[str, AfterValidator(_memory)]
Cron = Annotated[str, AfterValidator(_cron)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
