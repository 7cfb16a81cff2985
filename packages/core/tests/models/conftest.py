import json

import numpy as np
import pyarrow as pa
import pytest

from headrace.contracts.params import SupervisedParams
from headrace.data.kinds import Kind
from headrace.errors import ModelError
from headrace.models import Bundle, Preparation, Task
from headrace.models.preparation import Chain
from headrace.plugins import discover

ROWS = pa.record_batch(
    {
        "id": pa.array(range(40)),
        "x": pa.array([None if i % 10 == 9 else float(i) for i in range(40)], pa.float64()),
        "color": pa.array([["red", "green", "blue"][i % 3] for i in range(40)]),
        "y": pa.array([float(i % 7) for i in range(40)]),
    }
)
PARAMS = SupervisedParams.model_validate(
    {"features": ["x", "color"], "target": "y", "key": ["id"], "folds": 2, "holdout": 0.2}
)


class SumModel:
    """Adds the features and a number."""

    def __init__(self, number):
        self.number = number

    def predict(self, features):
        return pa.array(
            sum((c.values for c in features.columns), np.full(features.n_rows, self.number))
        )

    def state(self):
        return {"sum.json": json.dumps(self.number).encode()}

    @classmethod
    def from_state(cls, state):
        try:
            return cls(float(json.loads(state["sum.json"])))
        except (KeyError, ValueError, TypeError) as error:
            raise ModelError("sum.json is damaged") from error


def _transform(name, **options):
    transform_type = discover().load_transform(name)
    return transform_type(transform_type.Options.model_validate(options))


def _chain(feature, kind, *names, **options):
    return Chain(feature, kind, names, tuple(_transform(name, **options) for name in names))


def _fit(preparation, *batches):
    passes = 0
    while not preparation.is_fitted:
        statistic = preparation.statistic()
        state = statistic.zero()
        for batch in batches:
            state = statistic.add(state, batch)
        preparation = preparation.learn(statistic.finish(state))
        passes += 1
    return preparation, passes


@pytest.fixture
def rows():
    return ROWS


@pytest.fixture
def params():
    return PARAMS


@pytest.fixture
def chain():
    """Return a function that makes a feature's chain by the names of built-in transforms."""
    return _chain


@pytest.fixture
def fit():
    """Return a function that fits a preparation; it returns it with the number of passes."""
    return _fit


@pytest.fixture
def bundle():
    chains = [
        _chain("x", Kind.NUMBER, "impute", "standardize"),
        _chain("color", Kind.CATEGORY, "one_hot"),
    ]
    preparation, _ = _fit(Preparation.unfitted(chains), ROWS)
    return Bundle(
        pipeline="sum",
        model_name="sum",
        task=Task.REGRESSION,
        params=PARAMS,
        preparation=preparation,
        model=SumModel(0.1),
        fold_models=(SumModel(100.0), SumModel(200.0)),
        handles_missing=False,
    )


@pytest.fixture
def restore():
    """Return a function that restores a bundle of files; it knows the one model, 'sum'."""
    plugins = discover()

    def from_files(files):
        return Bundle.from_files(files, {"sum": SumModel}.__getitem__, plugins.load_transform)

    return from_files
