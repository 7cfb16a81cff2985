"""The small forms of a flow file: names, durations, quantities, schedules in time."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from headrace.contracts.references import is_alias
from headrace.plugins.suggest import suggestion
from headrace_orchestration.cron import CRON_PRESETS, cron_problem

__all__ = [
    "LONGEST_NAME",
    "NAME_FORM",
    "Alias",
    "ColumnName",
    "Cpu",
    "Cron",
    "Duration",
    "ImageName",
    "Memory",
    "Name",
    "NameOfItem",
    "PoolName",
    "Text",
    "TimeZone",
    "VariableName",
    "is_name",
    "write_duration",
]

LONGEST_NAME: Final = 63
"""Of a name: Kubernetes takes no more in a label."""
NAME_FORM: Final = (
    "lower-case letters, digits and underscores, a letter first, no underscore last, "
    f"at most {LONGEST_NAME} characters"
)
_NAME: Final = re.compile(r"[a-z](?:[a-z0-9_]{0,61}[a-z0-9])?")
_IMAGE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_DURATION: Final = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_CPU: Final = re.compile(r"\d+(\.\d+)?|\d+m")
_MEMORY: Final = re.compile(r"\d+(\.\d+)?([KMGT]i?|k)?")
_ITEM: Final = re.compile(r"\$\{\s*item\s*\}")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST_POOL: Final = 256  # in Airflow's database
_UNITS: Final = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def is_name(text: str) -> bool:
    """Tell whether a text may name a flow, step, dataset or param."""
    return _NAME.fullmatch(text) is not None


def _name(text: str) -> str:
    if not is_name(text):
        raise ValueError(f"'{text}' is not a name; wanted {NAME_FORM}")
    return text


def _name_of_item(text: str) -> str:
    """Check a name in which ``${item}`` may stand for each step's own item."""
    _name(_ITEM.sub("x", text))
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
    problem = cron_problem(text)
    if problem:
        raise ValueError(f"'{text}' is not a cron expression: {problem}")
    return text


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        known = available_timezones()  # walks through folders: not for a zone that is there
        if text != "UTC" and known:
            hint = suggestion(text, known)
            said = f"there is no time zone '{text}'" + (f"; {hint}" if hint else "")
            raise ValueError(said) from None
    return text


def _pool(text: str) -> str:
    if not text.strip() or len(text) > _LONGEST_POOL:
        raise ValueError(f"a pool's name has 1 to {_LONGEST_POOL} characters, got {len(text)}")
    return text


def _variable(text: str) -> str:
    if not _VARIABLE.fullmatch(text):
        raise ValueError(
            f"'{text}' is not the name of a variable; wanted letters, digits and '_', not a digit "
            "first"
        )
    return text


def _text_like(pattern: str) -> WithJsonSchema:
    """Say to editors what the Python beside it checks."""
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{pattern})$"})


Text = Annotated[str, Field(min_length=1, max_length=10_000)]
Name = Annotated[str, AfterValidator(_name), _text_like(_NAME.pattern)]
NameOfItem = Annotated[
    str,
    AfterValidator(_name_of_item),
    _text_like(rf"(?:[a-z]|{_ITEM.pattern})(?:[a-z0-9_]|{_ITEM.pattern})*"),
]
Alias = Annotated[str, AfterValidator(_alias), _text_like("(?!latest$)[a-z][a-z_-]{0,63}")]
ColumnName = Annotated[str, AfterValidator(_column), _text_like("[^,]+")]
ImageName = Annotated[str, AfterValidator(_image), _text_like(_IMAGE.pattern)]
PoolName = Annotated[
    str,
    AfterValidator(_pool),
    WithJsonSchema({"type": "string", "pattern": r"\S", "maxLength": _LONGEST_POOL}),
]
VariableName = Annotated[str, AfterValidator(_variable), _text_like(_VARIABLE.pattern)]
Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(write_duration, when_used="json"),
    _text_like(f"(?=.){_DURATION.pattern}"),
]
Cpu = Annotated[
    str,
    BeforeValidator(_cpu),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^(?=.*[1-9])(?:{_CPU.pattern})$"},
                {"type": "number", "exclusiveMinimum": 0},
            ]
        }
    ),
]
Memory = Annotated[str, AfterValidator(_memory), _text_like(_MEMORY.pattern)]
Cron = Annotated[
    str,
    AfterValidator(_cron),
    _text_like(rf"{'|'.join(CRON_PRESETS)}|\s*(?:\S+\s+){{4}}\S+\s*"),
]
TimeZone = Annotated[str, AfterValidator(_time_zone), _text_like(r"[A-Za-z0-9_+/-]+")]
