"""Faults of files that people write: each at its line, all of them in one error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Fault", "raise_faults"]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault, as editors and CI systems read it: ``file:line: message``."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        """Return ``file:line: message``."""
        return f"{self.file}:{self.line}: {self.message}"


def raise_faults(subject: str, faults: Iterable[Fault]) -> None:
    """Raise all faults as one error, in the order of file and line; do nothing without any.

    Parameters
    ----------
    subject : str
        What is at fault, such as ``Flow 'flights'``.
    faults : iterable of Fault
        In any order; the same fault counts once.

    Raises
    ------
    RequestError
        With one line a fault.
    """
    listed = sorted(set(faults))
    if not listed:
        return
    count = "1 fault" if len(listed) == 1 else f"{len(listed)} faults"
    raise RequestError(f"{subject} has {count}", where="\n".join(map(str, listed)))
