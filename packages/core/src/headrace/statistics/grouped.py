"""Sums of the target by category and fold, exact, and therefore the same in any order.

The target, times the weight if there is one, is cut into whole numbers of 20 bits on one absolute
grid (`headrace.statistics.parts`). Of each part, the sums by category and fold are sums of whole
numbers far below 2**53, so that no order plays a part; integers do the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow.types as pat

from headrace.data.expansions import product, terms_of
from headrace.data.labels import LabelledColumn
from headrace.statistics.categories import check_limit
from headrace.statistics.parts import GRID_BITS, Parts
from headrace.statistics.statistic import Statistic

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt
    import pyarrow as pa

    from headrace.data.expansions import Expansion
    from headrace.data.labels import Labels

__all__ = ["GroupedState", "GroupedSums", "Groups"]

_TARGET, _WEIGHT = 0, 1
_PRODUCT_TERMS: Final = terms_of(2 * 53)

Place = tuple[int, int]
"""A column and a level of its parts."""


@dataclass(slots=True)
class GroupedState:
    """Sums of parts by category and fold, in units of 2**(10 level).

    A part is at most 2**19, so that int64 holds the sums of 2**40 rows.

    Parameters
    ----------
    categories : dict of str or None to int
        Each category's row in the sums.
    sums : dict of (int, int) to ndarray of int64, shape (n_categories, n_folds)
        By column (target times weight, or weight) and level.
    n_folds : int
    """

    categories: dict[str | None, int] = field(default_factory=dict)
    sums: dict[Place, npt.NDArray[np.int64]] = field(default_factory=dict)
    n_folds: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Sums by category and fold, each rounded once.

    Parameters
    ----------
    categories : tuple of str or None
        In sorted order, null last.
    sums : ndarray of float64, shape (n_categories, n_folds)
        Of the target times the weight.
    weights : ndarray of float64, shape (n_categories, n_folds)
        Of the weights, which are 1 where there are none.
    total_sums, total_weights : ndarray of float64, shape (n_folds,)
        Of all categories.
    """

    categories: tuple[str | None, ...]
    sums: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    total_sums: npt.NDArray[np.float64]
    total_weights: npt.NDArray[np.float64]

    @property
    def n_folds(self) -> int:
        """Number of folds."""
        return len(self.total_sums)


class GroupedSums(Statistic[GroupedState, LabelledColumn, Groups]):
    """Sums of target and weight by category and fold; null is a category of its own.

    Beyond the limit there is no result, as for `Categories`.

    Parameters
    ----------
    limit : int
        Most categories that are kept; one more is a data error.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def zero(self) -> GroupedState:
        """Return no categories."""
        return GroupedState()

    def add(self, state: GroupedState, item: LabelledColumn) -> GroupedState:
        """Add the rows of a column of strings.

        Raises
        ------
        DataError
            A magnitude is beyond 2**500, or so small beside others that it would be lost.
        """
        labels = item.labels
        state.n_folds = labels.n_folds
        if not len(labels.target):
            return state
        values = item.values.dictionary_decode() if _is_coded(item.values) else item.values
        coded = values.dictionary_encode(null_encoding="encode")
        places = self._placed(state, coded.dictionary.to_pylist())
        groups = places[coded.indices.to_numpy()] * labels.n_folds + labels.folds
        shape = (len(state.categories), labels.n_folds)
        parts = Parts(2, len(labels.target))
        parts.cut(_columns(labels))
        for column, level, part in zip(
            parts.columns.tolist(), parts.levels.tolist(), parts.matrix, strict=True
        ):
            added = np.bincount(groups, weights=part, minlength=shape[0] * shape[1])
            _add_to(state.sums, (column, level), added.astype(np.int64).reshape(shape))
        return state

    def merge(self, left: GroupedState, right: GroupedState) -> GroupedState:
        """Add the sums of two states."""
        merged = GroupedState(
            dict(left.categories),
            {place: sums.copy() for place, sums in left.sums.items()},
            left.n_folds or right.n_folds,
        )
        places = self._placed(merged, right.categories)
        for place, sums in right.sums.items():
            added = np.zeros((len(merged.categories), merged.n_folds), np.int64)
            np.add.at(added, places[: len(sums)], sums)
            _add_to(merged.sums, place, added)
        return merged

    def finish(self, state: GroupedState) -> Groups:
        """Return the sums, each rounded to the nearest float64.

        Raises
        ------
        DataError
            There are more categories than the limit.
        """
        check_limit(
            len(state.categories), self._limit, "raise max_categories of its transform, or hash it"
        )
        ordered = sorted(state.categories, key=lambda name: (name is None, name or ""))
        rows = np.array([state.categories[category] for category in ordered], np.intp)
        sums, total_sums = _rounded_sums(state, _TARGET, rows)
        weights, total_weights = _rounded_sums(state, _WEIGHT, rows)
        return Groups(tuple(ordered), sums, weights, total_sums, total_weights)

    def _placed(
        self, state: GroupedState, categories: Iterable[str | None]
    ) -> npt.NDArray[np.intp]:
        """Return the rows of categories, which get one if they are new.

        Those beyond the limit share a row: nothing is made of it.
        """
        known = state.categories
        places = [
            known.setdefault(category, len(known))
            if category in known or len(known) <= self._limit
            else self._limit
            for category in categories
        ]
        return np.array(places, np.intp)


def _is_coded(values: pa.Array) -> bool:
    return bool(pat.is_dictionary(values.type))


def _columns(labels: Labels) -> list[Expansion]:
    """Return target times weight, and weight, exact."""
    if labels.weight is None:
        return [(labels.target,), (np.ones(len(labels.target)),)]
    weighted = product((labels.target,), (labels.weight,), _PRODUCT_TERMS)
    return [weighted, (labels.weight,)]


def _add_to(
    sums: dict[Place, npt.NDArray[np.int64]], place: Place, added: npt.NDArray[np.int64]
) -> None:
    """Add to a place's sums, which may have fewer categories so far."""
    before = sums.get(place)
    if before is not None:
        added[: len(before)] += before
    sums[place] = added


def _rounded_sums(
    state: GroupedState, column: int, rows: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return a column's sums by category and fold, and by fold, from integers."""
    levels = {level: sums for (of, level), sums in state.sums.items() if of == column}
    lowest = min(levels, default=0)
    exact = np.zeros((len(rows), state.n_folds), object)
    for level, sums in levels.items():
        exact[: len(sums)] += sums.astype(object) << (GRID_BITS * (level - lowest))
    exponent = GRID_BITS * lowest
    return _rounded(exact[rows], exponent), _rounded(exact.sum(axis=0), exponent)


def _rounded(exact: np.ndarray[Any, Any], exponent: int) -> npt.NDArray[np.float64]:
    """Return integers times a power of 2 as float64; Python rounds their quotient once."""
    up, down = (1 << max(exponent, 0)), (1 << max(-exponent, 0))
    found = [(int(entry) * up) / down for entry in exact.ravel()]
    return np.array(found, np.float64).reshape(exact.shape)
