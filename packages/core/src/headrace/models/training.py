"""From prepared batches to what a fit learns from, and from fitted models to files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from headrace.contracts.manifest import SUMS_FOLDER
from headrace.data.features import TrainingBatch
from headrace.errors import DataError
from headrace.models.fold_states import FoldStates, rest_key
from headrace.models.fold_views import TrainingViews
from headrace.models.folded_fit import FoldedFit, mean_and_spread
from headrace.models.labelled import folds_of, target_and_weight
from headrace.models.updatable import UpdatableFit, sums_digest
from headrace.statistics.folded import FoldedItem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from headrace.contracts.params import SupervisedParams
    from headrace.models.model import FitResult, Model
    from headrace.models.preparation import Preparation
    from headrace.models.updatable import BaseSums
    from headrace.statistics.statistic import Statistic

FIT_FILE: Final = "fit.json"

__all__ = ["FIT_FILE", "FinishFit", "FoldedRows", "fit_files", "folds_of", "training_batch"]


def training_batch(
    batch: pa.RecordBatch, preparation: Preparation, params: SupervisedParams
) -> TrainingBatch:
    """Return features, target and weight of a batch of training rows, as the full model sees it."""
    if preparation.reads_target:
        features = TrainingViews(preparation, batch, folds_of(batch, params)).full()
    else:
        features = preparation.features(batch)
    return TrainingBatch(features, *target_and_weight(batch, params))


@dataclass(frozen=True)
class FoldedRows:
    """Batch to training rows by fold; a picklable callable."""

    preparation: Preparation
    params: SupervisedParams

    def __call__(self, batch: pa.RecordBatch) -> Iterator[FoldedItem[TrainingBatch]]:
        """Yield the rows of each fold in the batch.

        Where features tell of targets, also the rows of the other folds as each fold's model is to
        see them, by `rest_key`.
        """
        if not batch.num_rows:
            return
        folds = folds_of(batch, self.params)
        target, weight = target_and_weight(batch, self.params)
        if self.preparation.reads_target:
            views = TrainingViews(self.preparation, batch, folds)
            features = views.full()
            for fold in range(self.params.folds):
                rows = TrainingBatch(views.without(fold), target, weight)
                yield FoldedItem(rest_key(fold), rows.rows(folds != fold))
        else:
            features = self.preparation.features(batch)
        rows = TrainingBatch(features, target, weight)
        for fold in np.unique(folds):
            chosen = folds == fold
            yield FoldedItem(int(fold), rows if chosen.all() else rows.rows(chosen))


@dataclass(frozen=True)
class FinishFit:
    """States by fold to the fitted models' files; a picklable callable.

    Parameters
    ----------
    statistic : Statistic
    n_folds : int
    keep_sums : bool
        Write the states as well, if the statistic can.
    base : BaseSums, optional
        Whose rows are fitted with the new ones, or without them.
    """

    statistic: Statistic[Any, TrainingBatch, FitResult[Any]]
    n_folds: int
    keep_sums: bool = False
    base: BaseSums | None = None

    def __call__(self, states: Mapping[int, Any]) -> dict[str, bytes]:
        """Fit the full model and a model for each fold's complement.

        Raises
        ------
        DataError
            There are no training rows, or they do not allow the full model.
        """
        statistic = self.statistic
        if not isinstance(statistic, UpdatableFit) or not (self.keep_sums or self.base):
            return self._files(states)
        own = statistic.dump(states)
        sums = own
        if self.base is not None:
            states = self.base.updated(statistic, states)
            sums = statistic.dump(states)
            states = statistic.load(sums)  # as if what was taken out had never been
        files = self._files(states, sums_digest(own))
        if self.keep_sums:
            files |= {SUMS_FOLDER + name: data for name, data in sums.items()}
        return files

    def _files(self, states: Mapping[int, Any], sums: str = "") -> dict[str, bytes]:
        if not states:
            raise no_training_rows()
        statistic = self.statistic
        found = FoldStates.of(statistic, states, self.n_folds)
        if isinstance(statistic, FoldedFit):
            statistic = statistic.settled(found.by_fold, found.rests)
        full = statistic.finish(found.full)
        folds: list[Model] = []
        measured: list[dict[str, float]] = []
        fault: DataError | None = None
        try:
            for fold, rest in found.rests.items():
                if isinstance(statistic, FoldedFit):
                    folds.append(statistic.finish_fold(rest))
                    if fold in found.by_fold:
                        measured.append(statistic.measure(folds[-1], found.by_fold[fold]))
                else:
                    folds.append(statistic.finish(rest).model)
        except DataError as error:
            fault = error
        metrics = {} if fault else mean_and_spread(measured)
        return fit_files(full, folds, fault, metrics, sums)


def no_training_rows() -> DataError:
    """Return the error of a training without rows."""
    return DataError(
        "There are no training rows",
        fix="check the input for rows with a target that --where and the holdout leave",
    )


def fit_files(
    full: FitResult[Any],
    folds: list[Model],
    fault: DataError | None,
    cross_validation: Mapping[str, float] | None = None,
    sums: str = "",
) -> dict[str, bytes]:
    """Return the files of a fit: ``model/``, ``folds/<k>/``, and ``fit.json`` with what is said.

    Parameters
    ----------
    full : FitResult
    folds : list of Model
    fault : DataError, optional
        Why a fold model could not be fitted; then there are none, and a warning.
    cross_validation : mapping of str to float, optional
        Metrics of the fold models on the rows that they have not seen.
    sums : str
        Digest of what the fit knows of the rows of this run, if it can be updated.
    """
    warnings = list(full.warnings)
    if fault is not None:
        folds = []
        warnings.append(f"no fold models, for one cannot be fitted: {fault.what}")
    files = {f"model/{name}": data for name, data in full.model.state().items()}
    for index, model in enumerate(folds):
        files |= {f"folds/{index}/{name}": data for name, data in model.state().items()}
    said = {
        "warnings": warnings,
        "n_folds": len(folds),
        "metrics": {"cross_validation": dict(cross_validation)} if cross_validation else {},
        "sums": sums,
    }
    files[FIT_FILE] = json.dumps(said).encode()
    return files
