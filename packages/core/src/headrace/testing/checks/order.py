"""How rows are cut into files decides nothing, and for some fits not even their order."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pytest

from headrace.runtime.run import run
from headrace.testing.checks.state import changed_files
from headrace.testing.fitting import fit_in_pieces
from headrace.testing.setting import ContractSetting

if TYPE_CHECKING:
    from headrace.testing.trial import Trained, Trial

__all__ = ["OrderChecks"]

_PIECES: Final = 7
_TREES: Final = 3


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
        changed = changed_files(shuffled.files, trained.files)
        assert not changed, (
            f"trained on the same rows in another order, {changed}; make every sum exact, or do "
            "not promise order_free"
        )

    def test_a_statistic_gives_the_same_model_however_workers_share_the_rows(
        self, trial: Trial, trained: Trained, rows: pa.RecordBatch
    ) -> None:
        """Random pieces of shuffled rows, some of them empty, merged two by two in any order."""
        pipeline = self.new_pipeline(trial)
        statistic = pipeline.statistic()
        if statistic is None:
            pytest.skip("the pipeline fits from shards")
        rows = rows.filter(rows.column(pipeline.params.target).is_valid())
        preparation = trained.bundle.preparation
        wanted = fit_in_pieces(statistic, preparation, pipeline.params, [rows]).model.state()
        generator = np.random.default_rng(0)
        for number in range(_TREES):
            shuffled = rows.take(pa.array(generator.permutation(rows.num_rows)))
            cuts = np.sort(generator.integers(0, rows.num_rows, _PIECES - 2)).tolist()
            edges = [0, 0, *cuts, rows.num_rows]
            pieces = [shuffled.slice(start, end - start) for start, end in pairwise(edges)]
            got = fit_in_pieces(
                statistic,
                preparation,
                pipeline.params,
                pieces,
                lambda n: int(generator.integers(n)),
            )
            changed = changed_files(got.model.state(), wanted)
            assert not changed, (
                f"fitted on {_PIECES} pieces of the same rows (tree {number}), {changed}; workers "
                "see rows in any grouping and order, so make sums exact, and let merge be "
                "associative and commutative with zero() as neutral element"
            )
