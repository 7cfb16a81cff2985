"""What verifying a published version finds. Light."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from headrace.contracts.proof import Fault, Proof

__all__ = ["Verification", "VersionChange"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class VersionChange(_Part):
    """A distribution that is not what it was when the version was made."""

    name: str
    then: str
    now: str | None
    """None if it is not installed."""

    def __str__(self) -> str:
        """Return it as text."""
        return f"{self.name} {self.then} -> {self.now or 'not installed'}"


class Verification(_Part):
    """What was found of one version."""

    address: str
    files: int
    size: int
    """Bytes of all files, as the manifest says."""
    proof: Proof | None = None
    """Of a model whose files are right: how its golden rows come out."""
    changed: tuple[VersionChange, ...] = ()
    """Of a model: libraries that are other ones now."""
    faults: tuple[Fault, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the version is what it was."""
        return not self.faults
