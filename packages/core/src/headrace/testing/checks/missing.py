"""Unknown categories, nulls and missing numbers: handled as stated, or rejected and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pytest

from headrace.data.kinds import Kind
from headrace.data.numbers import is_missing
from headrace.errors import DataError
from headrace.testing.bits import difference, values_of
from headrace.testing.setting import ContractSetting
from headrace.testing.trial import one_batch

if TYPE_CHECKING:
    from headrace.models.bundle import Bundle
    from headrace.testing.trial import Trained, Trial

__all__ = ["MissingChecks"]

_UNKNOWN: Final = ("never seen", "ni vu ni connu \N{SNOWMAN}")


class MissingChecks(ContractSetting):
    """Checks of rows that lack something, or have something new."""

    def test_any_unknown_category_gives_the_same_finite_prediction(
        self, trained: Trained, rows: pa.RecordBatch
    ) -> None:
        """A category that training never saw is one thing, whatever its name."""
        found = [c.feature for c in trained.bundle.preparation.chains if c.kind is Kind.CATEGORY]
        if not found:
            pytest.skip("no feature is a column of strings; name one in the contract's params")
        for feature in found:
            one, other = (
                _predict(trained.bundle, _with_category(rows, feature, name), feature)
                for name in _UNKNOWN
            )
            is_odd = ~np.isfinite(values_of(one))
            assert not is_odd.any(), (
                f"an unknown category in '{feature}' gives the prediction "
                f"{values_of(one)[is_odd][0]}; wanted a finite one: let default_transforms name "
                "a transform that makes a number of it, such as one_hot, or ordinal and then "
                "impute; or set handles_missing where the model takes missing numbers"
            )
            differs = difference(one, other)
            assert not differs, (
                f"two unknown categories in '{feature}' give different predictions: {differs}; "
                "treat all categories that training never saw alike"
            )

    def test_what_is_missing_is_handled_or_rejected_and_harms_no_other_row(
        self, trial: Trial, trained: Trained
    ) -> None:
        """A null in any feature gives a finite prediction, or sends that row to quarantine."""
        clean = trained.good_rows(self.sample())
        table, missing_in = _with_missing(trained.bundle, pa.table(clean))
        try:
            scored = trial.score(trained.manifest, table)
        except DataError as error:
            pytest.fail(
                f"a missing value in one of {sorted(set(missing_in.values()))} ends the scoring: "
                f"{error.what}; set handles_missing only where null and NaN come out as numbers, "
                "or where the model takes them"
            )
        handles = {
            chain.feature: chain.handles_missing or trained.bundle.handles_missing
            for chain in trained.bundle.preparation.chains
        }
        rejected = {row for row, feature in missing_in.items() if not handles[feature]}
        assert scored.manifest.rows.rejected == len(rejected), (
            f"{scored.manifest.rows.rejected} rows are counted as rejected; wanted {len(rejected)},"
            f" a missing value for each of {sorted(set(missing_in.values()))} that is not handled"
        )
        in_quarantine = (
            []
            if scored.quarantine is None
            else scored.quarantine.column("headrace_row").to_pylist()
        )
        assert sorted(in_quarantine) == sorted(rejected), (
            f"rows {sorted(in_quarantine)} are in quarantine; wanted rows {sorted(rejected)}"
        )
        kept = np.array([row not in rejected for row in range(clean.num_rows)])
        got = scored.table.column(f"{self.pipeline}_prediction").combine_chunks()
        untouched = kept & [row not in missing_in for row in range(clean.num_rows)]
        wanted = trained.bundle.predict(clean).filter(pa.array(untouched))
        found = difference(got.filter(pa.array(untouched[kept])), wanted)
        assert not found, f"beside rows with missing values, {found}; a bad row may harm no other"


def _with_category(rows: pa.RecordBatch, feature: str, name: str) -> pa.RecordBatch:
    index = rows.schema.get_field_index(feature)
    values = pa.array([name] * rows.num_rows, pa.string())
    return rows.set_column(index, feature, values)


def _predict(bundle: Bundle, rows: pa.RecordBatch, feature: str) -> pa.Array:
    try:
        return bundle.predict(rows)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        what = f"{type(error).__name__}: {error}"
        pytest.fail(f"an unknown category in '{feature}' makes predict fail: {what}")


def _with_missing(bundle: Bundle, table: pa.Table) -> tuple[pa.Table, dict[int, str]]:
    """Return a table with one value missing in some rows, and in which feature by row.

    Each feature gets a null, and a NaN where it has floats, in rows of its own with others between.
    """
    missing_in: dict[int, str] = {}
    row = 1
    for chain in bundle.preparation.chains:
        index = table.schema.get_field_index(chain.feature)
        field = table.schema.field(index)
        column = one_batch(table).column(index)
        values = column.to_pylist()
        holes = [None, float("nan")] if pa.types.is_floating(field.type) else [None]
        for hole in holes:
            while bool(is_missing(column)[row]):
                row += 1
            values[row] = hole
            missing_in[row] = chain.feature
            row += 3
        filled = pa.array(values, field.type, from_pandas=False)
        table = table.set_column(index, field, filled)
    return table, missing_in
