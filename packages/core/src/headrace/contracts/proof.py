"""The proof of a bundle: what a fresh process is asked, and what it says. Light."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict

from headrace import errors
from headrace.contracts.manifest import FileEntry

if TYPE_CHECKING:
    from headrace.errors import HeadraceError

__all__ = ["Fault", "Proof", "ProofAnswer", "ProofRequest"]


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, ser_json_inf_nan="strings"
    )


class ProofRequest(_Part):
    """A bundle to load and to predict the golden rows of."""

    folder_uri: str
    """Of the version."""
    files: tuple[FileEntry, ...]
    """As its manifest lists them."""
    disabled: frozenset[str] = frozenset()
    """Plugins that are switched off."""
    seconds: int
    """After so many, the process ends itself by SIGALRM, whoever waits for it."""


class Proof(_Part):
    """How the golden rows come out."""

    n_rows: int
    n_differing: int = 0
    """Rows whose prediction is not the same, bit for bit."""
    row: int = -1
    """The first of them, from 0; -1 where there is none."""
    got: str = ""
    """Its prediction now."""
    wanted: str = ""
    """Its prediction in the bundle."""
    greatest: float = 0.0
    """Greatest absolute difference of a row's predictions."""

    @property
    def difference(self) -> str:
        """What differs, as a sentence without its end; empty if nothing does."""
        if not self.n_differing:
            return ""
        return (
            f"{self.n_differing} of {self.n_rows} golden rows get another prediction; the first "
            f"is row {self.row}: got {self.got}, wanted {self.wanted}; the greatest difference is "
            f"{self.greatest:.3g}"
        )


class Fault(_Part):
    """An error raised on purpose, on its way to another process."""

    type: str
    what: str
    where: str
    fix: str

    @classmethod
    def of(cls, error: HeadraceError) -> Self:
        """Return an error's parts."""
        return cls(type=type(error).__name__, what=error.what, where=error.where, fix=error.fix)

    def error(self) -> HeadraceError:
        """Return the error again, of the type it had."""
        found: type[HeadraceError] = getattr(errors, self.type)
        return found(self.what, self.where, self.fix)


class ProofAnswer(_Part):
    """One of the two."""

    proof: Proof | None = None
    fault: Fault | None = None
