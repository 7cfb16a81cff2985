"""What models see of training rows where features tell of targets: each row without its own.

A model may know the targets of the rows it is fitted on, but a row that it is fitted on must not
carry its own: the model would trust it, and new rows have none. So a training row of fold j is
prepared for the full model by all folds but j, and for the fold model k, which must know nothing
of fold k, by all folds but j and k. Rows of fold k itself, which the fold model k scores, are
prepared by all folds but k, which is also how the full model is fitted on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from headrace.data.features import Features
from headrace.models.preparation import features_of
from headrace.models.transform import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from headrace.data.features import Feature
    from headrace.models.preparation import Chain, Preparation

__all__ = ["TrainingViews"]


class TrainingViews:
    """The views of a batch of training rows.

    Features that tell nothing of targets are prepared once and are the same objects in all views.

    Parameters
    ----------
    preparation : Preparation
        Fitted.
    batch : pyarrow.RecordBatch
        n training rows.
    folds : ndarray of integers, shape (n,)
    """

    def __init__(
        self, preparation: Preparation, batch: pa.RecordBatch, folds: npt.NDArray[np.integer]
    ) -> None:
        self._chains = preparation.chains
        self._batch = batch
        self._rows = {int(fold): np.flatnonzero(folds == fold) for fold in np.unique(folds)}
        self._finished = {
            chain.feature: chain.apply(batch.column(chain.feature))
            for chain in self._chains
            if not chain.reads_target
        }
        self._fixed: dict[str, tuple[Feature, ...]] = {
            chain.feature: features_of(chain, self._finished)
            for chain in self._chains
            if self._finished.keys() >= {chain.feature, *chain.partners}
        }

    def full(self) -> Features:
        """Return what the full model sees."""
        return self._view(frozenset())

    def without(self, fold: int) -> Features:
        """Return what a fold model sees of all rows; those of the fold are not to be fitted on."""
        return self._view(frozenset({fold}))

    def _view(self, excluded: frozenset[int]) -> Features:
        if len(self._fixed) == len(self._chains):
            finished = self._finished
        else:
            finished = self._finished | {
                chain.feature: self._by_fold(chain, excluded)
                for chain in self._chains
                if chain.reads_target
            }
        features: list[Feature] = []
        for chain in self._chains:
            fixed = self._fixed.get(chain.feature)
            features += features_of(chain, finished) if fixed is None else fixed
        return Features(tuple(features), self._batch.num_rows)

    def _by_fold(self, chain: Chain, excluded: frozenset[int]) -> tuple[Column, ...]:
        """Return a chain's columns, the rows of each fold by the other folds."""
        values = self._batch.column(chain.feature)
        if not self._rows:
            return chain.apply(values)
        pieces = [
            chain.without(excluded | {fold}).apply(values.take(pa.array(rows)))
            for fold, rows in self._rows.items()
        ]
        order = np.argsort(np.concatenate(list(self._rows.values())))
        return tuple(_joined(columns, order) for columns in zip(*pieces, strict=True))


def _joined(columns: Sequence[Column], order: npt.NDArray[np.intp]) -> Column:
    """Return one column of several, its rows in order."""
    values = pa.concat_arrays([column.values for column in columns]).take(pa.array(order))
    corrections = tuple(
        np.concatenate(terms)[order]
        for terms in zip(*(column.corrections for column in columns), strict=True)
    )
    return Column(columns[0].name, values, columns[0].n_categories, corrections)
