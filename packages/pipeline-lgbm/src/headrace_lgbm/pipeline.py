"""The LightGBM pipeline."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import lightgbm as lgb
from threadpoolctl import threadpool_limits

from headrace.contracts.params import TransformStep
from headrace.data.kinds import Kind
from headrace.errors import DataError
from headrace.machine import usable_cores
from headrace.models import FitResult, SupervisedPipeline, Task
from headrace_lgbm.labels import labels_of
from headrace_lgbm.model import LgbmModel
from headrace_lgbm.params import LgbmParams
from headrace_lgbm.rows import sequences_of
from headrace_lgbm.text import has_splits, text_of

if TYPE_CHECKING:
    from headrace.models import Shards

__all__ = ["LgbmPipeline", "boost"]

_log = logging.getLogger(__name__)


class LgbmPipeline(SupervisedPipeline[LgbmParams, LgbmModel]):
    """Gradient-boosted trees, fitted in one step that streams the shards."""

    params_type = LgbmParams
    model_name = "lightgbm"
    handles_missing = True

    @property
    def task(self) -> Task:
        """What is predicted."""
        return Task(self.params.objective)

    def default_transforms(self, kind: Kind) -> tuple[TransformStep, ...]:
        """Return ordinal for categories: LightGBM splits them by sets of their codes."""
        if kind is Kind.CATEGORY:
            return (TransformStep(name="ordinal"),)
        return ()

    def fit(self, shards: Shards) -> FitResult[LgbmModel]:
        """Fit on all usable cores.

        Raises
        ------
        DataError
            All weights are 0, a target or weight is beyond float32, or subsample leaves no row.
        """
        return boost(shards, self.params, n_threads=usable_cores())


def boost(shards: Shards, params: LgbmParams, n_threads: int) -> FitResult[LgbmModel]:
    """Fit a booster with so many threads; their number does not change it.

    Goes through the shards three times: for the targets, for LightGBM's sample, by which it cuts
    features into bins, and for the bins of all rows.

    Parameters
    ----------
    shards : Shards
        At least one row.
    params : LgbmParams
    n_threads : int

    Raises
    ------
    DataError
        All weights are 0, a target or weight is beyond float32, or subsample leaves no row.
    """
    labels = labels_of(shards)
    survey = labels.survey
    survey.check_weights()
    if not int(params.subsample * survey.n_rows):
        raise DataError(
            f"There are {survey.n_rows} training rows, of which subsample {params.subsample:g} is "
            "less than one",
            fix="raise subsample, or train on more rows",
        )
    native = _native(params, n_threads)
    rows = lgb.Dataset(
        sequences_of(shards, labels.lengths),
        label=labels.target,
        weight=labels.weight,
        categorical_feature=[
            index
            for index, feature in enumerate(survey.features)
            if feature.n_categories is not None
        ],
        params=native,
    )
    # LightGBM does not tell this step its number of threads; a worker's OpenMP grants one.
    with threadpool_limits(n_threads, user_api="openmp"):
        rows.construct()
    text = text_of(lgb.train(native, rows, num_boost_round=params.rounds))
    _log.info("grew %d trees on %s rows", params.rounds, f"{survey.n_rows:,}")
    model = LgbmModel(
        [feature.name for feature in survey.features],
        [feature.n_categories for feature in survey.features],
        params.objective,
        text,
    )
    return FitResult(model, survey.warnings(is_constant=not has_splits(text)))


def _native(params: LgbmParams, n_threads: int) -> dict[str, object]:
    """Return the params by LightGBM's names."""
    return {
        "objective": params.objective,
        "num_leaves": params.num_leaves,
        "learning_rate": params.learning_rate,
        "min_data_in_leaf": params.min_child_samples,
        "bagging_fraction": params.subsample,
        "bagging_freq": 1,  # without it, LightGBM leaves bagging_fraction alone
        "feature_fraction": params.colsample,
        "lambda_l1": params.l1,
        "lambda_l2": params.l2,
        "max_bin": params.max_bins,
        "seed": params.seed % 2**31,
        "data_random_seed": params.seed % 2**31,
        "deterministic": True,
        "force_col_wise": True,  # row-wise sums depend on the number of threads
        "feature_pre_filter": False,  # it goes by the default of min_data_in_leaf, not by ours
        "num_threads": n_threads,
        "verbosity": -1,
    }
