"""Read JSON from anywhere: strict, and bounded in depth before anything is built. Light."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

__all__ = ["JSON_DEPTH", "parse_json"]

JSON_DEPTH: Final = 64
"""Arrays and objects within one another, at most."""

# A string up to its end, or to the end of the text; possessive, so that no text makes it slow.
_STEPS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


def parse_json(data: bytes) -> Any:  # noqa: ANN401 - JSON of any form
    """Return the value of a JSON text.

    Stricter than `json.loads`: UTF-8 only, no name twice in an object, no NaN or infinity in any
    spelling (``1e999`` is one), no lone surrogates, at most `JSON_DEPTH` levels.

    Raises
    ------
    ValueError
        It is none; the message says why.
    """
    _check_depth(data)
    value = json.loads(
        data.decode("utf-8"),
        object_pairs_hook=_object,
        parse_constant=_refuse,
        parse_float=_finite,
    )
    if _SURROGATE.search(data):
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def _check_depth(data: bytes) -> None:
    depth = 0
    for step in _STEPS.finditer(data):
        first = data[step.start()]
        if first in b"[{":
            depth += 1
            if depth > JSON_DEPTH:
                raise ValueError(f"it is nested more than {JSON_DEPTH} levels deep")
        elif first in b"]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in made if names.count(name) > 1)
        raise ValueError(f"an object has {twice!r} twice")
    return made


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is too great a number")
    return number
