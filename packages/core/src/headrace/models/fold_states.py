"""The states of a fit by fold: of each fold's rows, and of the rows that its model is fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from headrace.statistics.folded import Folded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.statistics.statistic import Statistic

__all__ = ["FoldStates", "rest_key"]

State = TypeVar("State")


def rest_key(fold: int) -> int:
    """Return the key of the state of other folds' rows, where they differ for a fold's model.

    They do where features tell of targets (`headrace.models.fold_views`). Otherwise there are no
    such states: the rest of a fold is the sum of the other folds' states.
    """
    return -1 - fold


@dataclass(frozen=True, slots=True)
class FoldStates(Generic[State]):
    """What a fit by a statistic is finished from.

    Parameters
    ----------
    full : State
        Of all rows, as the full model sees them.
    by_fold : dict of int to State
        Of the rows of each fold that has any, as its fold model is to predict them.
    rests : dict of int to State
        Of the rows that each fold's model is fitted on.
    """

    full: State
    by_fold: dict[int, State]
    rests: dict[int, State]

    @classmethod
    def of(
        cls, statistic: Statistic[State, Any, Any], states: Mapping[int, State], n_folds: int
    ) -> FoldStates[State]:
        """Return the states that `FoldedRows` has led to."""
        folded: Folded[State, Any] = Folded(statistic)
        by_fold = {fold: state for fold, state in sorted(states.items()) if fold >= 0}
        if len(by_fold) < len(states):
            rests = {fold: states.get(rest_key(fold), statistic.zero()) for fold in range(n_folds)}
        else:
            rests = {fold: folded.all_but(by_fold, fold) for fold in range(n_folds)}
        return cls(folded.all_but(by_fold), by_fold, rests)
