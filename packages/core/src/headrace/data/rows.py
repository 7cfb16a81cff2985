"""Which rows are good: the rules of one run, and what a batch looks like under them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from headrace.data.numbers import is_missing, numbers
from headrace.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headrace.data.domain import Domain
    from headrace.data.where import Where

__all__ = ["Checked", "RowCounts", "RowRules", "Rules", "check_rejected", "split_rows"]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Counts of rows by what became of them; adding two is merging them."""

    read: int = 0
    rejected: int = 0
    unlabelled: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: RowCounts) -> RowCounts:
        return RowCounts(
            self.read + other.read,
            self.rejected + other.rejected,
            self.unlabelled + other.unlabelled,
            dict(Counter(self.reasons) + Counter(other.reasons)),
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """A batch, checked.

    Parameters
    ----------
    good : pyarrow.RecordBatch
        The rows to go on with.
    bad : pyarrow.RecordBatch, optional
        Rejected rows, as they were read.
    reasons : list of str
        Why, a reason a rejected row.
    rows : ndarray of int64
        Where in the batch as read each rejected row was, from 0.
    counts : RowCounts
    """

    good: pa.RecordBatch
    bad: pa.RecordBatch | None
    reasons: list[str]
    rows: npt.NDArray[np.int64]
    counts: RowCounts


class Rules(Protocol):
    """Decides which rows are good; picklable."""

    def check(self, batch: pa.RecordBatch) -> Checked:
        """Split a batch; see `split_rows`."""
        ...


def split_rows(
    batch: pa.RecordBatch,
    good: pa.RecordBatch,
    reasons: Mapping[int, str],
    *,
    n_unlabelled: int = 0,
) -> Checked:
    """Return a batch, checked by rules of one's own.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        As it was read.
    good : pyarrow.RecordBatch
        What came of the good rows; may have other columns.
    reasons : mapping of int to str
        Row of ``batch`` to why it is bad; goes to quarantine as it was read.
    n_unlabelled : int
        Rows that are neither, for they have no target.
    """
    rows = np.array(sorted(reasons), np.int64)
    bad = batch.take(pa.array(rows)) if reasons else None
    listed = [reasons[row] for row in rows.tolist()]
    counts = RowCounts(batch.num_rows, len(listed), n_unlabelled, dict(Counter(listed)))
    return Checked(good, bad, listed, rows, counts)


@dataclass(frozen=True, slots=True)
class RowRules:
    """What a row must fulfil.

    Parameters
    ----------
    features : mapping of str to bool
        Feature columns, and whether a missing value in them is handled.
    key : tuple of str
        Columns that must not be null; empty where no key is needed.
    target : str, optional
        Column whose null makes a row unlabelled; None when scoring.
    is_binary : bool
        Whether the target must be 0 or 1.
    weight : str, optional
        Column that must be finite and not negative.
    where : Where, optional
        Rows for which it is not true are not read at all.
    domains : mapping of str to Domain
        Feature columns whose values must lie in a domain, where they are there.
    """

    features: Mapping[str, bool]
    key: tuple[str, ...] = ()
    target: str | None = None
    is_binary: bool = False
    weight: str | None = None
    where: Where | None = None
    domains: Mapping[str, Domain] = field(default_factory=dict)

    def check(self, batch: pa.RecordBatch) -> Checked:
        """Split a batch by the rules: unlabelled, bad, good; bad rows harm no other.

        A row without a target is unlabelled whatever else it lacks, for nothing is learnt of it.
        """
        rows = np.arange(batch.num_rows)
        if self.where is not None:
            chosen = self.where.evaluate(batch)
            batch = batch.filter(chosen)
            rows = rows[np.asarray(pc.fill_null(chosen, False).to_numpy(zero_copy_only=False))]
        n_read = batch.num_rows
        is_unlabelled = np.zeros(n_read, bool)
        if self.target is not None:
            is_unlabelled = is_missing(batch.column(self.target))
        reasons: dict[int, str] = {}
        is_bad = np.zeros(n_read, bool)
        for reason, mask in self._faults(batch):
            new = mask & ~(is_bad | is_unlabelled)
            if new.any():
                reasons |= dict.fromkeys(np.flatnonzero(new).tolist(), reason)
                is_bad |= new
        bad = None
        good = batch
        if is_bad.any():
            bad = batch.filter(pa.array(is_bad))
        if is_bad.any() or is_unlabelled.any():
            good = batch.filter(pa.array(~(is_bad | is_unlabelled)))
        bad_reasons = [reasons[row] for row in sorted(reasons)]
        counts = RowCounts(
            n_read, len(bad_reasons), int(is_unlabelled.sum()), dict(Counter(bad_reasons))
        )
        return Checked(good, bad, bad_reasons, rows[is_bad], counts)

    def _faults(self, batch: pa.RecordBatch) -> Iterator[tuple[str, Mask]]:
        for name, handles_missing in self.features.items():
            column = batch.column(name)
            if _is_sound(column):
                continue
            if not handles_missing:
                yield f"{name} is missing", is_missing(column)
            if pa.types.is_floating(column.type):
                yield f"{name} is infinite", np.isinf(numbers(column))
        for name, domain in self.domains.items():
            yield f"{name} is not {domain}", domain.outside(numbers(batch.column(name)))
        for name in self.key:
            column = batch.column(name)
            if column.null_count:
                yield f"key {name} is null", is_missing(column)
        if self.target is not None:
            target = numbers(batch.column(self.target))
            yield f"target {self.target} is infinite", np.isinf(target)
            if self.is_binary:
                is_other = ~np.isnan(target) & (target != 0) & (target != 1)
                yield f"target {self.target} is neither 0 nor 1", is_other
        if self.weight is not None:
            weight = numbers(batch.column(self.weight))
            is_unfit = ~np.isfinite(weight) | (weight < 0)
            yield f"weight {self.weight} is missing, negative or infinite", is_unfit


def check_rejected(counts: RowCounts, max_bad: float) -> None:
    """Refuse data with too many bad rows.

    Raises
    ------
    DataError
        The fraction of bad rows is above ``max_bad``.
    """
    if counts.read and counts.rejected / counts.read > max_bad:
        listed = sorted(counts.reasons.items(), key=lambda item: (-item[1], item[0]))
        reasons = ", ".join(f"{reason} ({rows:,})" for reason, rows in listed[:5])
        raise DataError(
            f"{counts.rejected:,} of {counts.read:,} rows are bad "
            f"({counts.rejected / counts.read:.2%}); at most {max_bad:.2%} may be: {reasons}",
            fix="repair the data, name a transform such as impute, or raise --max-bad",
        )


def _is_sound(column: pa.Array) -> bool:
    """Whether no value is null, NaN or infinite: what most columns are, and quick to see."""
    if column.null_count:
        return False
    return not pa.types.is_floating(column.type) or bool(np.isfinite(numbers(column)).all())
