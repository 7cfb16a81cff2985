"""Cron expressions: what is wrong with one, before a scheduler finds out at night."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["CRON_PRESETS", "cron_problem"]

CRON_PRESETS: Final = ("@hourly", "@daily", "@weekly", "@monthly", "@yearly")

_NUMBER: Final = re.compile(r"\d{1,2}")
_NTH_WEEKDAY: Final = re.compile(r"(?P<day>\w+)#[1-5]|L(?P<last>\w+)")
_LONGEST_MONTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the five fields: its bounds, and names for its numbers from the lower bound on."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def number(self, text: str) -> int:
        if text.lower() in self.names:
            return self.low + self.names.index(text.lower())
        if not _NUMBER.fullmatch(text) or not self.low <= int(text) <= self.high:
            also = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
            raise ValueError(f"{self.name} '{text}'; wanted {self.low} to {self.high}{also}")
        return int(text)

    def values(self, text: str) -> set[int]:
        """Return the numbers that a field stands for; none that could be checked for ``L``."""
        return set().union(*(self._item(item) for item in text.split(",")))

    def _item(self, item: str) -> set[int]:
        span, slash, step = item.partition("/")
        if slash and (not step.isdecimal() or int(step) == 0):
            raise ValueError(f"{self.name} '{item}'; wanted a number of at least 1 after '/'")
        nth = _NTH_WEEKDAY.fullmatch(span) if self.name == "weekday" else None
        if nth:
            self.number(nth["day"] or nth["last"])
            return set()
        if span == "L" and self.name == "day":
            return set()
        if span in ("*", "?"):
            first, last = self.low, self.high
        elif "-" in span:
            first, last = map(self.number, span.split("-", 1))
            if first > last:
                raise ValueError(f"{self.name} '{span}' runs backwards")
        else:
            first = self.number(span)
            last = self.high if slash else first
        return set(range(first, last + 1, int(step) if slash else 1))


_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Final = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("weekday", 0, 7, _DAYS),
)


def cron_problem(text: str) -> str:
    """Return what is wrong with a cron expression, or an empty text.

    Parameters
    ----------
    text : str
        Minute, hour, day, month and weekday, or a preset.
    """
    if text in CRON_PRESETS:
        return ""
    parts = text.split()
    wanted = f"minute, hour, day, month, weekday, such as '0 3 * * *', or {', '.join(CRON_PRESETS)}"
    if len(parts) != len(_FIELDS):
        return f"wanted {wanted}"
    try:
        _, _, days, months, _ = (
            field.values(part) for field, part in zip(_FIELDS, parts, strict=True)
        )
    except ValueError as error:
        return str(error)
    # A weekday is an alternative to the day of the month, not a further condition.
    longest = max(_LONGEST_MONTHS[month - 1] for month in months)
    if days and min(days) > longest and parts[4] in ("*", "?"):
        return f"no month it names has a day {min(days)}, so it would never come"
    return ""
