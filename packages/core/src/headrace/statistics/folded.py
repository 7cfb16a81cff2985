"""One statistic by folds: its result on all rows, and on all rows but each fold's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from headrace.statistics.statistic import Statistic

__all__ = ["Folded", "FoldedItem"]

State = TypeVar("State")
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class FoldedItem(Generic[Item]):
    """Rows of one fold."""

    fold: int
    item: Item


class Folded(Statistic[dict[int, State], FoldedItem[Item], dict[int, State]]):
    """Keep a state a fold, so that one pass serves the full fit and every fold's complement.

    Parameters
    ----------
    statistic : Statistic
        What is learnt of the rows of one fold, or of several together.
    """

    def __init__(self, statistic: Statistic[State, Item, Result]) -> None:
        self._statistic = statistic

    def zero(self) -> dict[int, State]:
        """Return no folds."""
        return {}

    def add(self, state: dict[int, State], item: FoldedItem[Item]) -> dict[int, State]:
        """Add rows to their fold."""
        before = state[item.fold] if item.fold in state else self._statistic.zero()
        state[item.fold] = self._statistic.add(before, item.item)
        return state

    def merge(self, left: dict[int, State], right: dict[int, State]) -> dict[int, State]:
        """Merge fold by fold."""
        merged = dict(left)
        for fold, state in right.items():
            merged[fold] = self._statistic.merge(merged[fold], state) if fold in merged else state
        return merged

    def finish(self, state: dict[int, State]) -> dict[int, State]:
        """Return the states by fold, for `all_but`."""
        return dict(sorted(state.items()))

    def all_but(self, states: dict[int, State], fold: int | None = None) -> State:
        """Return the state of all rows, or of all rows but a fold's."""
        merged = self._statistic.zero()
        for other, state in sorted(states.items()):
            if other != fold:
                merged = self._statistic.merge(merged, state)
        return merged
