"""Why a JSON document on storage is not what it must be, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic import ValidationError

__all__ = ["damage_of"]

_SHOWN: Final = 3


def damage_of(error: ValidationError) -> str:
    """Return the first faults of a document: where in it, and what is wrong."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    shown = [
        f"{'.'.join(str(step) for step in fault['loc'])}: {fault['msg']}".removeprefix(": ")
        for fault in faults[:_SHOWN]
    ]
    more = len(faults) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")
