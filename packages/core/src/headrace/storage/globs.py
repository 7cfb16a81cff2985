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
    reached = _past_any_depth({0}, wanted)
    for name in path.split("/"):
        taken = (_after(name, position, wanted) for position in reached)
        reached = _past_any_depth({position for position in taken if position is not None}, wanted)
    return len(wanted) in reached


def _past_any_depth(positions: set[int], pattern: list[str]) -> set[int]:
    """Add the positions in the pattern that are reached because ``**`` may mean nothing."""
    reached = set(positions)
    for position in range(len(pattern)):
        if position in reached and pattern[position] == _ANY_DEPTH:
            reached.add(position + 1)
    return reached


def _after(name: str, position: int, pattern: list[str]) -> int | None:
    """Return the position in the pattern after one segment of the path, or None for no match."""
    if position == len(pattern):
        return None
    if pattern[position] == _ANY_DEPTH:
        return None if is_hidden(name) else position
    return position + 1 if _fits(name, pattern[position]) else None


def _fits(name: str, pattern: str) -> bool:
    if pattern[:1] in _WILD and is_hidden(name):
        return False
    return fnmatchcase(name, pattern)
