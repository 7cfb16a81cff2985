"""Predict: batches to batches with a prediction; the bundle is loaded once a process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import apache_beam as beam
import numpy as np
import pyarrow as pa
from apache_beam.utils.shared import Shared

from headrace.beam.records import REPORT, caught
from headrace.data.numbers import numbers
from headrace.data.position import position_of, with_position
from headrace.errors import DataError
from headrace.models.loading import load_bundle
from headrace.plugins.manager import discover

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headrace.contracts.manifest import FileEntry
    from headrace.models.bundle import Bundle

__all__ = ["BundleAddress", "Predict", "Wanted", "add_prediction"]


@dataclass(frozen=True, slots=True)
class BundleAddress:
    """Where a bundle lies and what its files must be.

    Parameters
    ----------
    folder_uri : str
    digest : str
        Of the files.
    files : sequence of FileEntry
    disabled : frozenset of str
        Plugins that are switched off.
    """

    folder_uri: str
    digest: str
    files: Sequence[FileEntry]
    disabled: frozenset[str] = frozenset()

    def load(self) -> Bundle:
        """Read, verify and restore the bundle."""
        return load_bundle(self.folder_uri, self.files, discover(self.disabled))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What scoring adds to each row.

    Parameters
    ----------
    prediction : str
        Name of the prediction's column.
    out_of_fold : bool
        Whether each row gets the fold model that never saw it.
    interval : float, optional
        Level of prediction intervals.
    """

    prediction: str
    out_of_fold: bool = False
    interval: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns that are added, in order."""
        if self.interval is None:
            return (self.prediction,)
        return (self.prediction, f"{self.prediction}_lower", f"{self.prediction}_upper")


class _Loaded:
    """A holder that can be weakly referenced, for Beam's Shared."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle


def add_prediction(
    bundle: Bundle, batch: pa.RecordBatch, wanted: Wanted, keep: Sequence[str]
) -> pa.RecordBatch:
    """Return the columns to keep of a batch, and after them what is wanted.

    Raises
    ------
    DataError
        A prediction is not finite.
    RequestError
        The model has no fold models, or no intervals.
    """
    added = _predicted(bundle, batch, wanted)
    for values in added:
        _check_finite(values, batch)
    columns = [batch.column(name) for name in keep]
    return pa.RecordBatch.from_arrays([*columns, *added], names=[*keep, *wanted.names])


def _predicted(bundle: Bundle, batch: pa.RecordBatch, wanted: Wanted) -> tuple[pa.Array, ...]:
    if wanted.out_of_fold:
        return (bundle.predict_out_of_fold(batch),)
    if wanted.interval is not None:
        return bundle.predict_interval(batch, wanted.interval)
    return (bundle.predict(batch),)


def _check_finite(values: pa.Array, batch: pa.RecordBatch) -> None:
    is_finite = np.isfinite(numbers(values))
    if not is_finite.all():
        row = position_of(batch).row + int(np.argmin(is_finite))
        raise DataError(
            f"The model predicts {values[int(np.argmin(is_finite))]} for a row",
            where=f"the first such row is about row {row} of its file",
            fix="look for values far from those it was trained on, and clip or leave them out",
        )


class _Predict(beam.DoFn):  # type: ignore[misc]  # Beam's DoFn is untyped
    def __init__(self, address: BundleAddress, wanted: Wanted, keep: tuple[str, ...]) -> None:
        self._address = address
        self._wanted = wanted
        self._keep = keep
        self._shared = Shared()

    def _bundle(self) -> Bundle:
        loaded: _Loaded = self._shared.acquire(
            lambda: _Loaded(self._address.load()), self._address.digest
        )
        self._loaded = loaded  # Shared holds it weakly
        return loaded.bundle

    def process(self, element: pa.RecordBatch) -> Iterator[object]:
        return caught(self._predict(element))

    def _predict(self, batch: pa.RecordBatch) -> Iterator[object]:
        predicted = add_prediction(self._bundle(), batch, self._wanted, self._keep)
        yield with_position(predicted, position_of(batch))


class Predict(beam.PTransform):  # type: ignore[misc]  # Beam's PTransform is untyped
    """Add predictions to batches; yields batches, and a report.

    Parameters
    ----------
    address : BundleAddress
    wanted : Wanted
        The new columns, the last ones.
    keep : tuple of str
        Columns to pass through.
    """

    def __init__(self, address: BundleAddress, wanted: Wanted, keep: tuple[str, ...]) -> None:
        super().__init__()
        self._predict = _Predict(address, wanted, keep)

    def expand(self, batches: beam.PCollection) -> beam.pvalue.DoOutputsTuple:
        """Predict each batch."""
        return batches | beam.ParDo(self._predict).with_output_types(pa.RecordBatch).with_outputs(
            REPORT, main="predicted"
        )
