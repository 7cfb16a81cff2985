"""Prediction intervals, of pipelines that have them: around the prediction, whatever the batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from headrace.errors import RequestError
from headrace.models.model import PredictsIntervals
from headrace.testing.bits import difference, values_of
from headrace.testing.setting import ContractSetting

if TYPE_CHECKING:
    from headrace.models.bundle import Bundle
    from headrace.testing.trial import Trained, Trial

__all__ = ["IntervalChecks"]

_LEVEL: Final = 0.9
_SINGLE_ROWS: Final = 250
_BATCHING: Final = (
    "; an interval must not depend on a row's neighbours: no statistic over the batch, no BLAS "
    "product (add column by column instead)"
)


class IntervalChecks(ContractSetting):
    """Checks of ``Model.predict_interval``; skipped for models that have none."""

    def test_the_spec_says_whether_there_are_intervals(
        self, trial: Trial, trained: Trained
    ) -> None:
        """A request for intervals is refused or not before anything is loaded."""
        says = trial.plugins.pipeline(self.pipeline).intervals
        has = isinstance(trained.bundle.model, PredictsIntervals)
        assert says == has, (
            f"the PipelineSpec of '{self.pipeline}' says intervals={says}, and the model "
            f"{'has' if has else 'lacks'} predict_interval"
        )

    def test_intervals_lie_around_the_prediction(
        self, trained: Trained, rows: pa.RecordBatch
    ) -> None:
        """Finite, and the wider the surer."""
        prediction, lower, upper = map(values_of, _intervals(trained.bundle, rows))
        assert np.isfinite(lower).all(), "a lower end is null, NaN or infinite"
        assert np.isfinite(upper).all(), "an upper end is null, NaN or infinite"
        assert (lower <= prediction).all(), "a lower end is above its prediction"
        assert (prediction <= upper).all(), "an upper end is below its prediction"
        _, surer_lower, surer_upper = map(values_of, trained.bundle.predict_interval(rows, 0.99))
        assert (surer_lower <= lower).all(), f"at level 0.99 a lower end is above that at {_LEVEL}"
        assert (upper <= surer_upper).all(), f"at level 0.99 an upper end is below that at {_LEVEL}"

    @pytest.mark.parametrize("size", [1, 7, 1000])
    def test_intervals_are_the_same_bits_in_batches_of(
        self, trained: Trained, rows: pa.RecordBatch, size: int
    ) -> None:
        """Cut into batches and turned round, rows get what they get together."""
        if size == 1:
            rows = rows.slice(0, _SINGLE_ROWS)
        wanted = _intervals(trained.bundle, rows)
        backwards = pa.array(np.arange(rows.num_rows)[::-1])
        turned = rows.take(backwards)
        parts = [
            trained.bundle.predict_interval(turned.slice(start, size), _LEVEL)
            for start in range(0, rows.num_rows, size)
        ]
        for what, cut, whole in zip(
            ("predictions", "lower ends", "upper ends"),
            map(pa.concat_arrays, zip(*parts, strict=True)),
            wanted,
            strict=True,
        ):
            found = difference(cut, pc.take(whole, backwards))
            assert not found, f"of {what}, reversed and in batches of {size}, {found}{_BATCHING}"

    def test_scoring_adds_the_ends_of_intervals(
        self, trial: Trial, trained: Trained, rows: pa.RecordBatch
    ) -> None:
        """The published dataset holds what the bundle gives, its prediction as without them."""
        wanted = (trained.bundle.predict(rows), *_intervals(trained.bundle, rows)[1:])
        scored = trial.score(trained.manifest, self.sample(), interval=_LEVEL).table
        name = f"{self.pipeline}_prediction"
        names = [name, f"{name}_lower", f"{name}_upper"]
        assert scored.column_names[-3:] == names, f"the last columns are not {names}"
        for column, values in zip(names, wanted, strict=True):
            found = difference(scored.column(column).combine_chunks(), values)
            assert not found, f"of {column}, scored by a run, {found}{_BATCHING}"


def _intervals(bundle: Bundle, rows: pa.RecordBatch) -> tuple[pa.Array, pa.Array, pa.Array]:
    try:
        return bundle.predict_interval(rows, _LEVEL)
    except RequestError as error:
        pytest.skip(f"no intervals: {error.what}")
