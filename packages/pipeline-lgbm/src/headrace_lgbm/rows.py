"""Shards as LightGBM's own sequences: one batch in memory, however many rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lightgbm as lgb
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from headrace.data.features import Features, TrainingBatch
    from headrace.models import Shards

__all__ = ["matrix_of", "sequences_of"]


def matrix_of(features: Features) -> npt.NDArray[np.float64]:
    """Return the columns as one row-major matrix, shape (n, p), in the precision of LightGBM."""
    matrix = np.empty((features.n_rows, len(features.columns)))
    for index, column in enumerate(features.columns):
        matrix[:, index] = column.values
    return matrix


def sequences_of(shards: Shards, lengths: Sequence[int]) -> list[lgb.Sequence]:
    """Return a sequence for each batch of shards.

    Parameters
    ----------
    shards : Shards
    lengths : sequence of int
        Rows of each batch, as another pass has counted them.
    """
    batches = _Batches(shards)
    return [_Rows(batches, number, n_rows) for number, n_rows in enumerate(lengths) if n_rows]


class _Batches:
    """The batches of shards by their number, of which one at a time is in memory.

    LightGBM asks for sequences in order, first for the rows of its sample and then for all: each
    is one pass over the shards. Another order would be right as well, and slow.
    """

    def __init__(self, shards: Shards) -> None:
        self._shards = shards
        self._coming: Iterator[tuple[int, TrainingBatch]] = enumerate(shards)
        self._number = -1
        self._matrix = np.empty((0, 0))

    def matrix(self, number: int) -> npt.NDArray[np.float64]:
        """Return the features of a batch."""
        if number < self._number:
            self._coming = enumerate(self._shards)
        if number != self._number:
            self._number, batch = next(found for found in self._coming if found[0] == number)
            self._matrix = matrix_of(batch.features)
        return self._matrix


class _Rows(lgb.Sequence):
    """The rows of one batch."""

    def __init__(self, batches: _Batches, number: int, n_rows: int) -> None:
        self._batches = batches
        self._number = number
        self.batch_size = n_rows

    def __len__(self) -> int:
        return self.batch_size

    def __getitem__(self, index: int | slice | list[int]) -> npt.NDArray[np.float64]:
        rows: npt.NDArray[np.float64] = self._batches.matrix(self._number)[index]
        return rows
