"""How rows are cut into files decides nothing, and for some fits not even their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from headrace.runtime.run import run
from headrace.testing.checks.state import changed_files
from headrace.testing.setting import ContractSetting

if TYPE_CHECKING:
    from headrace.testing.trial import Trained, Trial

__all__ = ["OrderChecks"]


class OrderChecks(ContractSetting):
    """Checks of trainings on the same rows, laid out otherwise."""

    def test_rows_in_several_files_give_the_same_bytes(
        self, trial: Trial, trained: Trained
    ) -> None:
        """The same rows in the same order, in three files of several row groups."""
        table = self.sample()
        third = table.num_rows // 3
        files = [table.slice(0, third), table.slice(third, 10), table.slice(third + 10)]
        request = trial.training(trial.write(files, row_group_size=300), "several-files")
        several = trial.published(run(request, trial.plugins)[0])
        changed = changed_files(several.files, trained.files)
        assert not changed, (
            f"trained on the same rows in three files instead of one, {changed}; a fit must not "
            "depend on how rows come in batches, and a Statistic not on the order of merges "
            "(headrace.statistics.ExactGram adds exactly)"
        )

    def test_rows_in_any_order_give_the_same_model(self, trial: Trial, trained: Trained) -> None:
        """The same rows, shuffled; only for pipelines that promise it by ``order_free``."""
        if not self.order_free:
            pytest.skip("the pipeline does not promise it (order_free = False)")
        table = self.sample()
        order = np.random.default_rng(1).permutation(table.num_rows)
        shuffled = trial.train(table.take(pa.array(order)), "shuffled")
        changed = changed_files(_fitted(shuffled), _fitted(trained))
        assert not changed, (
            f"trained on the same rows in another order, {changed}; make every sum exact, or do "
            "not promise order_free"
        )


def _fitted(trained: Trained) -> dict[str, bytes]:
    """Return a bundle's files but the golden rows, which are the first of the input."""
    return {path: data for path, data in trained.files.items() if path != "golden.arrow"}
