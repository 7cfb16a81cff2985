"""A sample of rows that no order, batching or merging changes: those with the least hashes.

It is the bottom-k sample of Cohen & Kaplan ("Summarizing data using bottom-k sketches", PODC
2007): the hashes are as good as random numbers, but a row has the same one in any run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from headrace.data.hashes import hash_rows
from headrace.statistics.statistic import Statistic

if TYPE_CHECKING:
    from headrace.data.hashes import Hashes

__all__ = ["RowSample", "Sample", "SampleItem"]

_Bound = tuple[int, int]

_NO_BOUND: Final[_Bound] = (2**64 - 1, 2**64 - 1)


@dataclass(frozen=True, slots=True)
class SampleItem:
    """Rows, and the number by which each is chosen; equal numbers go by the rows' content."""

    rows: pa.RecordBatch
    order: Hashes


@dataclass(frozen=True, slots=True)
class Sample:
    """Some rows, sorted by their number, and by a hash of their content where numbers tie.

    Parameters
    ----------
    rows : pyarrow.RecordBatch, optional
        m of them; None before any batch.
    order, content : ndarray of uint64, shape (m,)
    bound : tuple of two int
        All rows below this number and hash are in the sample. Above it there may be more.
    """

    rows: pa.RecordBatch | None
    order: Hashes
    content: Hashes
    bound: tuple[int, int] = _NO_BOUND


class RowSample(Statistic[Sample, SampleItem, Sample]):
    """The k rows with the least numbers, or all rows if there are fewer.

    Rows with one number and one hash of their content count as the same row.

    Parameters
    ----------
    size : int
        k, at least 1.
    """

    def __init__(self, size: int) -> None:
        self._size = size

    def zero(self) -> Sample:
        """Return no rows."""
        return Sample(None, np.empty(0, np.uint64), np.empty(0, np.uint64))

    def add(self, state: Sample, item: SampleItem) -> Sample:
        """Add rows; once k are known, all but a few cost one comparison each."""
        order = item.order
        near = np.flatnonzero(order <= np.uint64(state.bound[0]))
        if len(near) > self._size:
            farthest = np.partition(order[near], self._size - 1)[self._size - 1]
            near = near[order[near] <= farthest]
        if not len(near) and state.rows is not None:
            return state
        rows = _plain(item.rows.take(pa.array(near)))
        return self.merge(state, Sample(rows, order[near], hash_rows(rows)))

    def merge(self, left: Sample, right: Sample) -> Sample:
        """Return the least rows of both, as far as both know all rows."""
        bound = min(left.bound, right.bound)
        if left.rows is None or right.rows is None:
            return self._least(replace(right if left.rows is None else left, bound=bound))
        return self._least(
            Sample(
                pa.concat_batches([left.rows, right.rows]),
                np.concatenate([left.order, right.order]),
                np.concatenate([left.content, right.content]),
                bound,
            )
        )

    def _least(self, sample: Sample) -> Sample:
        """Return the least k rows of some, sorted."""
        if sample.rows is None:
            return sample
        order, content, bound = sample.order, sample.content, sample.bound
        is_near = (order < bound[0]) | ((order == bound[0]) & (content <= bound[1]))
        places = np.lexsort((content, order))
        places = places[is_near[places]][: self._size]
        if len(places) == self._size:
            last = places[-1]
            bound = (int(order[last]), int(content[last]))
        return replace(_at(sample, places), bound=bound)

    def without(self, state: Sample, removed: Sample) -> Sample:
        """Return the sample with rows taken out again; each once, if it is there.

        No others move up, for nobody has kept them. Adding the same rows again gives the same
        sample as before.

        Parameters
        ----------
        state : Sample
        removed : Sample
            Of the same size, of rows that are all among those that ``state`` is of.
        """
        gone: dict[_Bound, int] = {}
        for pair in _pairs(removed):
            gone[pair] = gone.get(pair, 0) + 1
        kept = []
        for place, pair in enumerate(_pairs(state)):
            if gone.get(pair):
                gone[pair] -= 1
            else:
                kept.append(place)
        return _at(state, np.array(kept, np.int64)) if state.rows is not None else state

    def finish(self, state: Sample) -> Sample:
        """Return the sample in one form, whatever its way here: bytes beside null are 0."""
        if state.rows is None:
            return state
        columns = [pa.array(list(column), column.type) for column in state.rows.columns]
        return replace(state, rows=pa.RecordBatch.from_arrays(columns, state.rows.schema.names))


def _pairs(sample: Sample) -> list[_Bound]:
    return list(zip(sample.order.tolist(), sample.content.tolist(), strict=True))


def _at(sample: Sample, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Sample:
    assert sample.rows is not None  # noqa: S101 - callers have looked
    return replace(
        sample,
        rows=sample.rows.take(pa.array(places)),
        order=sample.order[places],
        content=sample.content[places],
    )


def _plain(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Return rows without metadata and dictionaries, which differ from batch to batch."""
    columns = [
        column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column
        for column in rows.columns
    ]
    return pa.RecordBatch.from_arrays(columns, rows.schema.names)
