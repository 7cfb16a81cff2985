"""A finding: one thing that was looked at, how it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from headrace.errors import HeadraceError

__all__ = ["Area", "Finding", "Status", "problem"]

Area = Literal["packages", "plugins", "storage", "machine"]
Status = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    area : {"packages", "plugins", "storage", "machine"}
    name : str
        What was looked at.
    found : str
        How it is.
    status : {"ok", "warning", "problem"}
        A problem keeps something from working; a warning is for the user to judge.
    where : str
        The place of a warning or problem.
    fix : str
        What the user can do about it; never empty in a warning or problem.
    exit_code : int
        With which a run would end because of a problem; 0 otherwise.
    """

    area: Area
    name: str
    found: str
    status: Status = "ok"
    where: str = ""
    fix: str = ""
    exit_code: int = 0


def problem(area: Area, name: str, error: HeadraceError, fix: str = "") -> Finding:
    """Return an error as a finding; ``fix`` stands in where the error has none."""
    return Finding(
        area, name, error.what, "problem", error.where, error.fix or fix, error.exit_code
    )
