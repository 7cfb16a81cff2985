"""Every error that Headrace raises on purpose, with its exit code.

This module imports nothing of the project, so that any layer may raise these errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "DataError",
    "HeadraceError",
    "ModelError",
    "PluginError",
    "RequestError",
    "Stopped",
    "TransientError",
    "raise_all",
]


class HeadraceError(Exception):
    """Say what went wrong, where, and how to fix it.

    All three parts are positional arguments of ``Exception``, because Beam and pickling rebuild
    exceptions from ``args``.

    Parameters
    ----------
    what : str
        What went wrong, with the value got and the value wanted.
    where : str
        The file, option, column or plugin concerned.
    fix : str
        What the user can do about it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, where: str = "", fix: str = "") -> None:
        super().__init__(what, where, fix)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        """Return the text the user sees after ``error:``."""
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {_indent(self.where)}")
        if self.fix:
            lines.append(f"  fix:   {_indent(self.fix)}")
        return "\n".join(lines)


class RequestError(HeadraceError):
    """The request cannot be carried out as it was put."""

    exit_code: ClassVar[int] = 2


class PluginError(HeadraceError):
    """A plugin is missing, broken or in conflict with another."""

    exit_code: ClassVar[int] = 3


class DataError(HeadraceError):
    """The data, or the contract between data and model, does not hold."""

    exit_code: ClassVar[int] = 4


class ModelError(HeadraceError):
    """A model is missing or damaged."""

    exit_code: ClassVar[int] = 5


class TransientError(HeadraceError):
    """Something outside failed in a way that a retry may cure."""

    exit_code: ClassVar[int] = 75


class Stopped(HeadraceError):
    """The process was asked to stop (SIGTERM); nothing is left half-published."""

    exit_code: ClassVar[int] = 143


def raise_all(faults: Sequence[HeadraceError]) -> None:
    """Raise all faults of one request as one error; do nothing where there are none.

    Parameters
    ----------
    faults : sequence of HeadraceError
        In the order in which they are to be read.

    Raises
    ------
    HeadraceError
        The single fault itself, or one of the first fault's type that lists them all.
    """
    if not faults:
        return
    if len(faults) == 1:
        raise faults[0]
    listed = "\n".join(f"  {n}. {_indent(str(fault), 5)}" for n, fault in enumerate(faults, 1))
    raise type(faults[0])(f"{len(faults)} faults:\n{listed}")


def _indent(text: str, by: int = 9) -> str:
    return text.replace("\n", "\n" + " " * by)
