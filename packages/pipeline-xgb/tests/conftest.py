"""Training rows in memory, cut into batches as a test wants them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from headrace.data.features import Feature, Features, TrainingBatch
from headrace_xgb.params import XgbParams


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
    return XgbParams(**{"features": ["x"], "target": "y", "holdout": 0, "rounds": 10} | params)


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


def one_column(x, target, weight=None):
    """Rows of one numeric feature."""
    features = Features((Feature("x", np.asarray(x, float)),), len(target))
    weight = None if weight is None else np.asarray(weight, float)
    return Rows(TrainingBatch(features, np.asarray(target, float), weight))


@pytest.fixture(scope="session")
def params():
    return make_params


@pytest.fixture(scope="session")
def rows():
    return lambda n_rows, batch_rows=1_000, **kind: Rows(make_rows(n_rows, **kind), batch_rows)


@pytest.fixture(scope="session")
def column():
    return one_column
