"""YAML from files and from ``--set``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from headrace.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Sequence
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
    import yaml

    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"The file cannot be read: {error}", where=f"{option} {path}") from error
    except yaml.YAMLError as error:
        raise RequestError(f"The file is not YAML: {error}", where=f"{option} {path}") from error
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise RequestError(
            f"The file holds a {type(value).__name__}; wanted a mapping of names to values",
            where=f"{option} {path}",
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
    import yaml

    result = dict(params)
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or not name.strip():
            raise RequestError(
                f"'{setting}' is no setting", where="--set", fix="write NAME=VALUE, as in rounds=50"
            )
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise RequestError(f"The value is not YAML: {error}", where=f"--set {name}") from error
        outer, dot, inner = name.strip().partition(".")
        if dot:
            within = result.get(outer) or {}
            if not isinstance(within, Mapping):
                raise RequestError(f"Param '{outer}' has no parts", where=f"--set {name}")
            result[outer] = {**within, inner: value}
        else:
            result[outer] = value
    return result
