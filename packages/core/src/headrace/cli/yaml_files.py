"""YAML from files and from ``--set``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from headrace.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["mapping_in", "with_settings"]


def mapping_in(path: Path | None, option: str) -> dict[str, Any]:
    """Return the mapping that a YAML file holds; empty without a file.

    Raises
    ------
    RequestError
        The file cannot be read, or holds something else.
    """
    if path is None:
        return {}
    where = f"{option} {path}"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RequestError(f"The file cannot be read: {error.strerror}", where) from error
    except UnicodeDecodeError as error:
        raise RequestError("The file is not YAML: it is not UTF-8 text", where) from error
    value = _parsed(text, "The file", where)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise RequestError(
            f"The file holds a {type(value).__name__}; wanted a mapping of names to values",
            where,
            fix="write lines such as 'target: arr_delay'",
        )
    return dict(value)


def with_settings(params: Mapping[str, Any], settings: Sequence[str]) -> dict[str, Any]:
    """Return params with ``name=value`` settings on top; values are YAML.

    ``transforms.COLUMN=[...]`` sets one column's transforms.

    Raises
    ------
    RequestError
        A setting is not of that form.
    """
    result = dict(params)
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or not name.strip():
            raise RequestError(
                f"'{setting}' is no setting", where="--set", fix="write NAME=VALUE, as in rounds=50"
            )
        value = _parsed(text, "The value", f"--set {setting}")
        outer, dot, inner = name.strip().partition(".")
        if dot:
            within = result.get(outer) or {}
            if not isinstance(within, Mapping):
                raise RequestError(f"Param '{outer}' has no parts", where=f"--set {name}")
            result[outer] = {**within, inner: value}
        else:
            result[outer] = value
    return result


def _parsed(text: str, what: str, where: str) -> Any:  # noqa: ANN401 - whatever the YAML says
    import yaml

    try:
        value = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        at = f" at line {place.line + 1}, column {place.column + 1}" if place else ""
        raise RequestError(f"{what} is not YAML{at}: {error.problem}", where) from error
    except yaml.YAMLError as error:
        raise RequestError(f"{what} is not YAML: {error}", where) from error
    for part in _unusual(value):
        raise RequestError(
            f"{what} holds {part!r}; wanted texts, finite numbers, true, false, null, and lists "
            "and mappings of these",
            where,
            fix="put a date in quotes" if isinstance(part, date) else "",
        )
    return value


def _unusual(value: object) -> Iterator[object]:
    """Yield the parts that JSON cannot say."""
    match value:
        case None | bool() | int() | str():
            return
        case float():
            if not math.isfinite(value):
                yield value
        case list():
            for part in value:
                yield from _unusual(part)
        case dict():
            yield from (name for name in value if not isinstance(name, str))
            for part in value.values():
                yield from _unusual(part)
        case _:
            yield value
