"""What the entries of an alias log say: moves of aliases, and removals of versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    ValidationError,
    model_validator,
)

from headrace.contracts.references import is_alias, is_version
from headrace.storage.damage import other_format

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ALIAS_FORMAT", "REMOVAL_FORMAT", "AliasMove", "Removal", "parse_entry"]

ALIAS_FORMAT: Final = "headrace/alias/v1"
REMOVAL_FORMAT: Final = "headrace/removal/v1"


def _valid(is_valid: Callable[[str], bool], what: str) -> AfterValidator:
    def check(text: str) -> str:
        if not is_valid(text):
            raise ValueError(f"{text!r} is not {what}")
        return text

    return AfterValidator(check)


_Alias = Annotated[str, _valid(is_alias, "an alias")]
_Version = Annotated[str, _valid(is_version, "a version")]


class _Entry(BaseModel):
    """What every entry says of the state after it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    at: AwareDatetime
    note: str = ""
    """Who did it, and why."""
    aliases: dict[_Alias, _Version]
    """All aliases after this entry."""
    removing: tuple[_Version, ...] = ()
    """Versions that are being deleted: no alias may move to them any more."""


class AliasMove(_Entry):
    """An alias moved."""

    format: Literal["headrace/alias/v1"] = ALIAS_FORMAT
    alias: _Alias
    """The alias that moved."""
    version: _Version
    """Where it moved to."""
    previous: _Version | None
    """Where it was before."""
    is_rollback: bool = False
    """Whether it went back to where it had been."""

    @model_validator(mode="after")
    def _check_move(self) -> Self:
        if self.aliases.get(self.alias) != self.version:
            raise ValueError(f"aliases does not say that '{self.alias}' is '{self.version}'")
        return self


class Removal(_Entry):
    """Versions began to be deleted, or are gone; no alias moved."""

    format: Literal["headrace/removal/v1"] = REMOVAL_FORMAT


def parse_entry(data: bytes) -> AliasMove | Removal:
    """Return the entry that a file holds.

    Raises
    ------
    ValidationError
        It holds none; of `AliasMove`, where the format tells of nothing else.
    """
    try:
        return AliasMove.model_validate_json(data)
    except ValidationError as error:
        if other_format(error) == REMOVAL_FORMAT:
            return Removal.model_validate_json(data)
        raise
