"""The target is not read when scoring: it is not known then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pytest

from headrace.errors import HeadraceError
from headrace.testing.bits import difference
from headrace.testing.setting import ContractSetting

if TYPE_CHECKING:
    import pyarrow as pa

    from headrace.testing.trial import Trained, Trial

__all__ = ["TargetChecks"]


class TargetChecks(ContractSetting):
    """Checks of scoring with another target, and with none."""

    def test_the_target_is_not_read_when_scoring(
        self, trained: Trained, rows: pa.RecordBatch
    ) -> None:
        """Other values of target and weight give the same bits."""
        other = rows
        for name in (trained.bundle.params.target, trained.bundle.params.weight):
            if name is not None:
                index = rows.schema.get_field_index(name)
                values = pc.subtract(1, pc.fill_null(rows.column(name), 0))
                field = rows.schema.field(name)
                other = other.set_column(index, field, values.cast(field.type))
        found = difference(trained.bundle.predict(other), trained.bundle.predict(rows))
        assert not found, (
            f"with other values of the target, {found}; a model may read nothing but the features "
            "that predict is given"
        )

    def test_data_without_a_target_can_be_scored(
        self, trial: Trial, trained: Trained, rows: pa.RecordBatch
    ) -> None:
        """A run scores rows that have neither target nor weight, with the same bits."""
        params = trained.bundle.params
        gone = [name for name in (params.target, params.weight) if name is not None]
        try:
            scored = trial.score(trained.manifest, self.sample().drop_columns(gone)).table
        except HeadraceError as error:
            pytest.fail(f"data without {' and '.join(gone)} cannot be scored:\n{error}")
        got = scored.column(f"{self.pipeline}_prediction").combine_chunks()
        found = difference(got, trained.bundle.predict(rows))
        assert not found, f"of data without {' and '.join(gone)}, {found}"
