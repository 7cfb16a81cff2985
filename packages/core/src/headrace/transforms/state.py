"""Read what a transform's state holds; damage is a KeyError, TypeError or ValueError."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.models.transform import Json

__all__ = ["finite", "number_in", "numbers_in", "texts_in"]


def finite(value: Json) -> float:
    """Return a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is not finite")
    return number


def number_in(state: Mapping[str, Json], name: str) -> float:
    """Return a finite number of a state."""
    return finite(state[name])


def numbers_in(state: Mapping[str, Json], name: str) -> tuple[float, ...]:
    """Return a list of finite numbers of a state."""
    return tuple(finite(value) for value in _list_in(state, name))


def texts_in(state: Mapping[str, Json], name: str) -> tuple[str | None, ...]:
    """Return a list of different texts of a state; null may be one of them."""
    texts = _list_in(state, name)
    for text in texts:
        if text is not None and not isinstance(text, str):
            raise TypeError(f"{text!r} is no text")
        if text is not None:
            text.encode()  # JSON may hold half a character, Arrow may not
    if len(set(texts)) < len(texts):
        raise ValueError(f"{name} holds a text twice")
    return tuple(texts)


def _list_in(state: Mapping[str, Json], name: str) -> list[Json]:
    found = state[name]
    if not isinstance(found, list):
        raise TypeError(f"{name} is {type(found).__name__}; wanted a list")
    return found
