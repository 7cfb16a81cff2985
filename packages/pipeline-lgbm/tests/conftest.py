"""Training rows in memory, cut into batches as a test wants them."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import pytest

from headrace.data.features import Feature, Features, TrainingBatch
from headrace_lgbm.params import LgbmParams

# As the entrypoint has it: threads that wait by spinning cost minutes where cores are shared.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")


@dataclass
class Rows:
    """Shards of rows in memory."""

    rows: TrainingBatch
    batch_rows: int = 1_000

    @property
    def n_rows(self):
        return self.rows.features.n_rows

    def __iter__(self):
        number = np.arange(self.n_rows)
        for start in range(0, self.n_rows, self.batch_rows):
            yield self.rows.rows((number >= start) & (number < start + self.batch_rows))


def make_params(**params):
    return LgbmParams(**{"features": ["x"], "target": "y", "holdout": 0, "rounds": 10} | params)


def make_rows(n_rows, *, binary=False, weighted=False, seed=0):
    """Two numbers, one with missing values, and a category with missing values."""
    random = np.random.default_rng(seed)
    x = random.normal(size=n_rows)
    gap = np.where(random.random(n_rows) < 0.1, np.nan, random.normal(size=n_rows))
    codes = random.integers(0, 12, n_rows).astype(np.float32)
    target = 2 * x + np.nan_to_num(gap) ** 2 + (codes % 3) + random.normal(0, 0.3, n_rows)
    codes[random.random(n_rows) < 0.05] = np.nan
    features = (Feature("x", x), Feature("gap", gap), Feature("color", codes, 12))
    return TrainingBatch(
        Features(features, n_rows),
        (target > np.median(target)).astype(float) if binary else target,
        random.random(n_rows) if weighted else None,
    )


def one_column(values, target, weight=None, n_categories=None):
    """Rows of one feature."""
    feature = Feature("x", np.asarray(values, float), n_categories)
    weight = None if weight is None else np.asarray(weight, float)
    rows = TrainingBatch(Features((feature,), len(target)), np.asarray(target, float), weight)
    return Rows(rows)


@pytest.fixture(scope="session")
def params():
    return make_params


@pytest.fixture(scope="session")
def rows():
    return lambda n_rows, batch_rows=1_000, **kind: Rows(make_rows(n_rows, **kind), batch_rows)


@pytest.fixture(scope="session")
def column():
    return one_column
