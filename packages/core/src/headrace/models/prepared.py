"""Prepared training rows on storage, as a pipeline's fit streams them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from headrace.data.features import Feature, Features, TrainingBatch
from headrace.models.training import folds_of, training_batch
from headrace.storage.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headrace.contracts.params import SupervisedParams
    from headrace.models.preparation import Preparation

__all__ = ["PreparedShards", "prepare_batch"]

_READ_LIMIT = 8 * 2**30


def prepare_batch(
    batch: pa.RecordBatch, preparation: Preparation, params: SupervisedParams
) -> pa.RecordBatch:
    """Return features, target, weight and fold of a batch as one batch of plain numbers."""
    rows = training_batch(batch, preparation, params)
    arrays = [pa.array(column.values) for column in rows.features.columns]
    names = [f"feature {index}" for index in range(len(arrays))]
    arrays.append(pa.array(rows.target))
    names.append("target")
    if rows.weight is not None:
        arrays.append(pa.array(rows.weight))
        names.append("weight")
    arrays.append(pa.array(folds_of(batch, params).astype(np.uint8)))
    names.append("fold")
    return pa.RecordBatch.from_arrays(arrays, names)


@dataclass(frozen=True)
class PreparedShards:
    """Training rows in the canonical order, read from Arrow IPC files as often as wanted.

    On a local disk only the batch at hand is in memory. The files are read, not mapped: mapped
    pages count as the process's memory until a whole file has been gone through.

    Parameters
    ----------
    folder_uri : str
    paths : sequence of str
        In order.
    features : Features
        Of no rows: names and numbers of categories.
    rows_by_fold : sequence of int
    without : int, optional
        Fold to leave out.
    """

    folder_uri: str
    paths: Sequence[str]
    features: Features
    rows_by_fold: Sequence[int]
    without: int | None = None

    @property
    def n_rows(self) -> int:
        """Rows of one pass."""
        return sum(rows for fold, rows in enumerate(self.rows_by_fold) if fold != self.without)

    def __iter__(self) -> Iterator[TrainingBatch]:
        """Go through all rows once."""
        store = open_store(self.folder_uri)
        for path in self.paths:
            local = store.local_path(path)
            source = (
                pa.OSFile(str(local))
                if local is not None
                else pa.BufferReader(store.read(path, limit=_READ_LIMIT))
            )
            with source, pa.ipc.open_file(source) as reader:
                for index in range(reader.num_record_batches):
                    rows = self._rows(reader.get_batch(index))
                    if len(rows.target):
                        yield rows

    def _rows(self, batch: pa.RecordBatch) -> TrainingBatch:
        columns = tuple(
            Feature(
                column.name,
                batch.column(index).to_numpy(zero_copy_only=False),
                column.n_categories,
            )
            for index, column in enumerate(self.features.columns)
        )
        has_weight = "weight" in batch.schema.names
        rows = TrainingBatch(
            Features(columns, batch.num_rows),
            batch.column("target").to_numpy(),
            batch.column("weight").to_numpy() if has_weight else None,
        )
        if self.without is None:
            return rows
        return rows.rows(batch.column("fold").to_numpy() != self.without)
