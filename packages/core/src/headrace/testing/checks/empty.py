"""Nothing to learn from and nothing to score are errors of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from headrace.errors import DataError
from headrace.runtime.run import run
from headrace.testing.setting import ContractSetting

if TYPE_CHECKING:
    from collections.abc import Callable

    from headrace.testing.trial import Trained, Trial

__all__ = ["EmptyChecks"]


class EmptyChecks(ContractSetting):
    """Checks of inputs without rows, or without labels."""

    def test_training_on_no_rows_is_a_data_error(self, trial: Trial) -> None:
        """A file with the right columns and no rows: exit code 4, nothing published."""
        self._refused(trial, self.sample().slice(0, 0), "no-rows")

    def test_training_on_no_targets_is_a_data_error(self, trial: Trial, trained: Trained) -> None:
        """Rows whose target is null throughout: exit code 4, nothing published."""
        table = self.sample()
        index = table.schema.get_field_index(trained.bundle.params.target)
        field = table.schema.field(index)
        nulls = pa.nulls(table.num_rows, field.type)
        self._refused(trial, table.set_column(index, field, nulls), "no-targets")

    def test_scoring_no_rows_is_a_data_error(self, trial: Trial, trained: Trained) -> None:
        """A file with the right columns and no rows: exit code 4, nothing published."""
        _expect_data_error(
            "scoring no rows", lambda: trial.score(trained.manifest, self.sample().slice(0, 0))
        )

    def _refused(self, trial: Trial, table: pa.Table, name: str) -> None:
        request = trial.training(trial.write([table]), name)
        _expect_data_error(
            f"training on {name.replace('-', ' ')}", lambda: run(request, trial.plugins)
        )


def _expect_data_error(what: str, act: Callable[[], object]) -> None:
    try:
        act()
    except DataError:
        return
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        last_line = str(error).strip().rpartition("\n")[2]  # the cause, where it is a worker's
        pytest.fail(
            f"{what} fails with {type(error).__name__}: {last_line}; wanted a "
            "headrace.errors.DataError that says what is missing"
        )
    pytest.fail(f"{what} succeeds; wanted a headrace.errors.DataError")
