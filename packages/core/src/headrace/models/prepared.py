"""Prepared training rows on storage, as a pipeline's fit streams them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from headrace.data.features import Feature, Features, TrainingBatch
from headrace.models.fold_views import TrainingViews
from headrace.models.labelled import folds_of, target_and_weight
from headrace.storage.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from headrace.contracts.params import SupervisedParams
    from headrace.models.preparation import Preparation

__all__ = ["PreparedShards", "prepare_batch"]

_READ_LIMIT = 8 * 2**30


def prepare_batch(
    batch: pa.RecordBatch, preparation: Preparation, params: SupervisedParams
) -> pa.RecordBatch:
    """Return features, target, weight and fold of a batch as one batch of plain numbers.

    A feature that tells of targets is there once more for each fold's model.
    """
    folds = folds_of(batch, params)
    target, weight = target_and_weight(batch, params)
    views = TrainingViews(preparation, batch, folds)
    full = views.full().columns
    columns: dict[str, npt.NDArray[Any]] = {
        _name(index): column.values for index, column in enumerate(full)
    }
    if preparation.reads_target:
        for fold in range(params.folds):
            for index, column in enumerate(views.without(fold).columns):
                if column is not full[index]:
                    columns[_name(index, fold)] = column.values
    columns["target"] = target
    if weight is not None:
        columns["weight"] = weight
    columns["fold"] = folds.astype(np.uint8)
    return pa.RecordBatch.from_pydict({name: pa.array(each) for name, each in columns.items()})


def _name(index: int, without: int | None = None) -> str:
    """Return the name of a feature's column, or of the one for a fold's model."""
    return f"feature {index}" + ("" if without is None else f" without {without}")


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
                batch.column(self._source(batch, index)).to_numpy(zero_copy_only=False),
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

    def _source(self, batch: pa.RecordBatch, index: int) -> str:
        """Return the name of the column that a feature is to be read from."""
        own = _name(index, self.without)
        return own if own in batch.schema.names else _name(index)
