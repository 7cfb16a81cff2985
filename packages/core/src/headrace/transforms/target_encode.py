"""Target encoding: a category becomes the mean target of the other folds' rows that have it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from headrace.contracts.params import Params
from headrace.data.kinds import Kind
from headrace.errors import DataError
from headrace.models.encodings import FEWEST_FOLDS
from headrace.models.transform import Column, Transform
from headrace.statistics.grouped import GroupedSums, Groups
from headrace.transforms.state import numbers_in, texts_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from headrace.models.transform import Json

__all__ = ["FittedTargetEncode", "TargetEncode", "TargetEncodeOptions"]


class TargetEncodeOptions(Params):
    """Options of `TargetEncode`."""

    smoothing: Annotated[float, Field(ge=0, allow_inf_nan=False, le=1e12)] = 10.0
    """How many rows of weight 1 the mean over all categories counts for, beside a category's own;
    0 trusts a category that is seen once."""

    max_categories: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    """More distinct categories than this are a data error."""


@dataclass(frozen=True, eq=False)
class FittedTargetEncode:
    """Encode by the sums of all folds but some.

    Parameters
    ----------
    groups : Groups
    smoothing : float
    excluded : frozenset of int
        Folds of whose targets nothing may be known.
    """

    groups: Groups
    smoothing: float
    excluded: frozenset[int] = frozenset()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FittedTargetEncode):
            return NotImplemented
        return self._all == other._all

    def __hash__(self) -> int:
        return hash((self.groups.categories, self.smoothing, self.excluded))

    @property
    def _all(self) -> tuple[object, ...]:
        return (self.state(), self.smoothing, self.excluded)

    def without(self, folds: frozenset[int]) -> FittedTargetEncode:
        """Return the transform as it is for those who may not know the targets of some folds."""
        return FittedTargetEncode(self.groups, self.smoothing, self.excluded | folds)

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return the encodings as float64; the prior for a category not seen."""
        known = pa.array(self.groups.categories, pa.string())
        codes = pc.fill_null(pc.index_in(column.values, value_set=known), len(known)).to_numpy()
        return (Column(column.name, pa.array(self._encodings[codes])),)

    def state(self) -> Mapping[str, Json]:
        """Return sums and weights by category and fold, a list of folds after the other."""
        groups = self.groups
        return {
            "categories": list(groups.categories),
            "sums": groups.sums.ravel().tolist(),
            "weights": groups.weights.ravel().tolist(),
            "total_sums": groups.total_sums.tolist(),
            "total_weights": groups.total_weights.tolist(),
        }

    @cached_property
    def _encodings(self) -> npt.NDArray[np.float64]:
        """One for each category, and last the prior."""
        groups = self.groups
        with np.errstate(over="ignore", invalid="ignore"):  # of a damaged state; models check
            prior = self._left(groups.total_sums) / self._left(groups.total_weights)
            sums, weights = self._left(groups.sums), self._left(groups.weights)
            divisor = weights + self.smoothing
            is_known = divisor > 0
            means = (sums + self.smoothing * prior) / np.where(is_known, divisor, 1.0)
            return np.append(np.where(is_known, means, prior), prior)

    def _left(self, by_fold: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Add the folds that are left, one after the other.

        They are not all of them less those excluded: the rounding would tell of these.
        """
        total = np.zeros(by_fold.shape[:-1])
        for fold in range(self.groups.n_folds):
            if fold not in self.excluded:
                total = total + by_fold[..., fold]
        return total


class TargetEncode(Transform):
    """The mean target of the training rows of a category, drawn to the mean of all of them.

    With the sum s of target times weight and the sum w of weights over the rows of a category, and
    the mean m of all rows, it is (s + smoothing m) / (w + smoothing). For a binary target that is a
    share. A category never seen becomes m, and so does null, unless training has it: then it is a
    category of its own.

    In training, a row's encoding is of the rows of other folds: neither its own target nor that of
    a row with the same key is in it. A fold model is trained on encodings of which its fold is no
    part either, and scores its fold by encodings of all other folds. New rows are encoded by all
    training rows. So it takes ``folds`` of 3 and more, and after it in the list come only
    transforms that learn nothing.
    """

    Options = TargetEncodeOptions
    options: TargetEncodeOptions
    accepts = frozenset({Kind.CATEGORY})
    handles_missing = True
    reads_target = True

    def statistic(self) -> GroupedSums:
        """Return the sums by category and fold."""
        return GroupedSums(self.options.max_categories)

    def fit(self, learnt: Groups) -> FittedTargetEncode:
        """Return the fitted transform."""
        found = int(np.count_nonzero(learnt.total_weights > 0))
        if not found:
            raise DataError("There are no training rows of any weight to learn encodings from")
        if found < FEWEST_FOLDS:
            raise DataError(
                f"Only {found} of {learnt.n_folds} folds have rows of any weight; to encode rows "
                f"by other folds takes {FEWEST_FOLDS}",
                fix="train on more rows, or name another key",
            )
        return FittedTargetEncode(learnt, self.options.smoothing)

    def restore(self, state: Mapping[str, Json]) -> FittedTargetEncode:
        """Return the fitted transform of a state."""
        categories = texts_in(state, "categories")
        total_sums = np.array(numbers_in(state, "total_sums"), np.float64)
        total_weights = np.array(numbers_in(state, "total_weights"), np.float64)
        shape = (len(categories), len(total_sums))
        sums = np.array(numbers_in(state, "sums"), np.float64).reshape(shape)
        weights = np.array(numbers_in(state, "weights"), np.float64).reshape(shape)
        if total_weights.shape != total_sums.shape or (total_weights < 0).any():
            raise ValueError("target_encode has folds of no or negative weight")
        if (total_weights > 0).sum() < FEWEST_FOLDS or (weights < 0).any():
            raise ValueError("target_encode has too few folds, or negative weights")
        groups = Groups(categories, sums, weights, total_sums, total_weights)
        return FittedTargetEncode(groups, self.options.smoothing)
