"""Why a JSON document on storage is not what it must be: damaged, or of another release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic import ValidationError

__all__ = ["damage_of", "other_format"]

_SHOWN: Final = 3
_OURS: Final = "headrace/"


def damage_of(error: ValidationError) -> str:
    """Return the first faults of a document: where in it, and what is wrong."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    shown = [
        f"{'.'.join(str(step) for step in fault['loc'])}: {fault['msg']}".removeprefix(": ")
        for fault in faults[:_SHOWN]
    ]
    more = len(faults) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def other_format(error: ValidationError) -> str:
    """Return the format of a document that another release has written; empty for damage."""
    for fault in error.errors(include_url=False, include_context=False):
        found = fault["input"]
        if fault["loc"] == ("format",) and isinstance(found, str) and found.startswith(_OURS):
            return found
    return ""
