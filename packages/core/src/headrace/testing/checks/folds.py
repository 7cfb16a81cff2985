"""Out-of-fold scoring: a row's prediction comes from a model that never saw the row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from headrace.data.keys import fold_of, hash_keys, is_holdout
from headrace.testing.bits import difference
from headrace.testing.setting import ContractSetting
from headrace.testing.trial import one_batch

if TYPE_CHECKING:
    import numpy.typing as npt

    from headrace.models.bundle import Bundle
    from headrace.testing.trial import Trained, Trial

__all__ = ["FoldChecks"]


class FoldChecks(ContractSetting):
    """Checks of fold models; they are skipped for params with ``folds: 0``."""

    def test_there_is_a_model_for_each_fold(self, trained: Trained) -> None:
        """As many fold models as the params ask for."""
        folds = _folds(trained)
        found = len(trained.bundle.fold_models)
        assert found == folds, (
            f"there are {found} fold models; wanted {folds}. Warnings of the training: "
            f"{list(trained.manifest.warnings)}"
        )

    def test_a_row_is_scored_by_a_model_that_never_saw_it(
        self, trial: Trial, trained: Trained, rows: pa.RecordBatch
    ) -> None:
        """Other targets of one fold and the holdout change no out-of-fold prediction there."""
        _need_fold_models(trained)
        sample = self.sample()
        perturbed = trial.train(_perturbed(sample, trained.bundle), "perturbed")
        held, fold = _places(rows, trained.bundle)
        unseen = pa.array(~held & (fold == 0))
        got = perturbed.bundle.predict_out_of_fold(rows).filter(unseen)
        wanted = trained.bundle.predict_out_of_fold(rows).filter(unseen)
        found = difference(got, wanted)
        assert not found, (
            f"after the targets of fold 0 and the holdout changed, of the out-of-fold predictions "
            f"of fold 0, {found}; a fold model may learn only from the rows that its fit is given: "
            "let fit and statistic keep nothing from one fit to the next"
        )

    def test_out_of_fold_scoring_gives_holdout_rows_the_full_model(
        self, trial: Trial, trained: Trained, rows: pa.RecordBatch
    ) -> None:
        """A run gives each row its fold's model, and rows of the holdout the full one."""
        _need_fold_models(trained)
        scored = trial.score(trained.manifest, self.sample(), out_of_fold=True).table
        got = scored.column(f"{self.pipeline}_prediction").combine_chunks()
        found = difference(got, trained.bundle.predict_out_of_fold(rows))
        assert not found, f"scored out of fold by a run, {found}"
        held, fold = _places(rows, trained.bundle)
        models = [*trained.bundle.fold_models, trained.bundle.model]
        chosen = np.where(held, len(models) - 1, fold)
        for index, model in enumerate(models):
            mine = pa.array(chosen == index)
            preparation = trained.bundle.preparation.without(frozenset({index}))
            wanted = model.predict(preparation.features(rows)).filter(mine)
            found = difference(got.filter(mine), wanted)
            who = "the holdout" if index == len(models) - 1 else f"fold {index}"
            assert not found, f"of the rows of {who}, {found}"


def _folds(trained: Trained) -> int:
    folds = trained.bundle.params.folds
    if not folds:
        pytest.skip("the contract's params have folds: 0")
    return folds


def _need_fold_models(trained: Trained) -> None:
    if _folds(trained) and not trained.bundle.fold_models:
        pytest.skip("there are no fold models; see test_there_is_a_model_for_each_fold")


def _places(
    rows: pa.RecordBatch, bundle: Bundle
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Return which rows are in the holdout, and each row's fold; both of shape (n,)."""
    hashes = hash_keys(rows, bundle.params.key, bundle.params.seed)
    folds = fold_of(hashes, bundle.params.folds).astype(np.int64)
    return is_holdout(hashes, bundle.params.holdout), folds


def _perturbed(table: pa.Table, bundle: Bundle) -> pa.Table:
    """Return a table with other targets in fold 0 and in the holdout; null stays null."""
    held, fold = _places(one_batch(table), bundle)
    index = table.schema.get_field_index(bundle.params.target)
    field = table.schema.field(index)
    column = table.column(index).combine_chunks()
    other = pc.subtract(1, column).cast(field.type)
    values = pc.if_else(pa.array(held | (fold == 0)), other, column)
    return table.set_column(index, field, values)
