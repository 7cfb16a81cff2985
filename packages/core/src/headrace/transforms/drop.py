"""Drop: take a column away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.data.kinds import Kind
from headrace.models.transform import Transform

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.models.transform import Column, Json

__all__ = ["Drop", "FittedDrop"]


@dataclass(frozen=True, slots=True)
class FittedDrop:
    """Make no column of one."""

    def apply(self, column: Column) -> tuple[Column, ...]:  # noqa: ARG002 - whatever it holds
        """Return no columns."""
        return ()

    def state(self) -> Mapping[str, Json]:
        """Return nothing: there is nothing to keep."""
        return {}


class Drop(Transform):
    """The model sees nothing of the column, of any type; whatever is in it, no row is bad for it.

    The column stays a feature: it has to be there, when scoring as well. With it, settings that
    several runs share can list a feature that one run leaves out.
    """

    accepts = frozenset(Kind)
    handles_missing = True
    yields_many = True
    drops = True

    def fit(self, learnt: None) -> FittedDrop:  # noqa: ARG002 - there is nothing to learn
        """Return the transform; nothing is learnt."""
        return FittedDrop()

    def restore(self, state: Mapping[str, Json]) -> FittedDrop:  # noqa: ARG002 - see fit
        """Return the transform."""
        return FittedDrop()
