"""Glob patterns over paths with ``/``: ``*``, ``?`` and ``[…]`` within a segment, ``**`` across."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

__all__ = ["is_glob", "is_hidden", "matches", "split_glob"]

_WILD: Final = frozenset("*?[")
_ANY_DEPTH: Final = "**"


def is_glob(text: str) -> bool:
    """Whether a text has wildcards."""
    return not _WILD.isdisjoint(text)


def is_hidden(path: str) -> bool:
    """Whether a segment of a relative path begins with ``_`` or ``.``."""
    return any(segment.startswith(("_", ".")) for segment in path.split("/"))


def split_glob(uri: str) -> tuple[str, str]:
    """Split a pattern into the folder before its first wildcard, and the rest."""
    fixed = uri[: min(uri.find(sign) for sign in _WILD if sign in uri)]
    folder = fixed.rpartition("/")[0]
    return folder or "/", uri[len(folder) + 1 :]


def matches(path: str, pattern: str) -> bool:
    """Whether a relative path is one the pattern means.

    A segment that begins with a wildcard, and ``**``, match no name that begins with ``_`` or
    ``.``; ``**`` as the last segment means all files at any depth.
    """
    wanted = pattern.split("/")
    if wanted[-1] == _ANY_DEPTH:
        wanted.append("*")
    return _matches(path.split("/"), wanted)


def _matches(path: list[str], pattern: list[str]) -> bool:
    if not pattern:
        return not path
    first, *rest = pattern
    if first == _ANY_DEPTH:
        if _matches(path, rest):
            return True
        return bool(path) and not is_hidden(path[0]) and _matches(path[1:], pattern)
    return bool(path) and _fits(path[0], first) and _matches(path[1:], rest)


def _fits(name: str, pattern: str) -> bool:
    if pattern[:1] in _WILD and is_hidden(name):
        return False
    return fnmatchcase(name, pattern)
