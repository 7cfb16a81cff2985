"""The XGBoost pipeline."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import xgboost as xgb

from headrace.contracts.params import TransformStep
from headrace.data.kinds import Kind
from headrace.machine import usable_cores
from headrace.models import FitResult, SupervisedPipeline, Task
from headrace_xgb.iterator import ShardIterator
from headrace_xgb.model import OBJECTIVES, XgbModel
from headrace_xgb.params import XgbParams

if TYPE_CHECKING:
    from headrace.models import Shards

__all__ = ["XgbPipeline", "boost"]

_log = logging.getLogger(__name__)


class XgbPipeline(SupervisedPipeline[XgbParams, XgbModel]):
    """Gradient-boosted trees, fitted in one step that streams the shards."""

    params_type = XgbParams
    model_name = "xgboost"
    handles_missing = True

    @property
    def task(self) -> Task:
        """What is predicted."""
        return Task(self.params.objective)

    def default_transforms(self, kind: Kind) -> tuple[TransformStep, ...]:
        """Return ordinal for categories: XGBoost splits them by sets of their codes."""
        if kind is Kind.CATEGORY:
            return (TransformStep(name="ordinal"),)
        return ()

    def fit(self, shards: Shards) -> FitResult[XgbModel]:
        """Fit on all usable cores.

        Raises
        ------
        DataError
            All weights are 0, or a target or weight is beyond float32.
        """
        return boost(shards, self.params, n_threads=usable_cores())


def boost(shards: Shards, params: XgbParams, n_threads: int) -> FitResult[XgbModel]:
    """Fit a booster with at most so many threads; their number does not change it.

    XGBoost uses no more threads than OpenMP grants the thread that calls it, whatever ``nthread``
    says: one in a worker, which keeps OMP_NUM_THREADS at 1. XGBoost's global configuration lifts
    that, for the calling thread only and for good. So the fit gets a thread of its own.

    Parameters
    ----------
    shards : Shards
        At least one row.
    params : XgbParams
    n_threads : int

    Raises
    ------
    DataError
        All weights are 0, or a target or weight is beyond float32.
    """
    with ThreadPoolExecutor(max_workers=1) as executor:
        return executor.submit(_boost, shards, params, n_threads).result()


def _boost(shards: Shards, params: XgbParams, n_threads: int) -> FitResult[XgbModel]:
    xgb.set_config(nthread=n_threads)
    rows = ShardIterator(shards)
    matrix = xgb.QuantileDMatrix(
        rows, max_bin=params.max_bins, enable_categorical=True, nthread=n_threads
    )
    survey = rows.survey
    survey.check_weights()
    booster = xgb.train(_native(params, n_threads), matrix, num_boost_round=params.rounds)
    _log.info("grew %d trees on %s rows", params.rounds, f"{survey.n_rows:,}")
    model = XgbModel(
        [feature.name for feature in survey.features],
        [feature.n_categories for feature in survey.features],
        params.objective,
        bytes(booster.save_raw("ubj")),
    )
    return FitResult(model, survey.warnings(is_constant=not booster.get_score()))


def _native(params: XgbParams, n_threads: int) -> dict[str, object]:
    """Return the params by XGBoost's names."""
    return {
        "tree_method": "hist",
        "objective": OBJECTIVES[params.objective],
        "max_depth": params.max_depth,
        "learning_rate": params.learning_rate,
        "min_child_weight": params.min_child_weight,
        "subsample": params.subsample,
        "colsample_bytree": params.colsample,
        "reg_alpha": params.l1,
        "reg_lambda": params.l2,
        "max_bin": params.max_bins,
        "seed": params.seed,
        "nthread": n_threads,
    }
