import pyarrow as pa
import pytest
from pydantic import ValidationError

from headrace.models import Column
from headrace.plugins import discover

PLUGINS = discover()


def _make(name, **options):
    transform_type = PLUGINS.load_transform(name)
    return transform_type(transform_type.Options.model_validate(options))


def _learn(transform, *columns):
    statistic = transform.statistic()
    if statistic is None:
        return transform.fit(None)
    state = statistic.zero()
    for column in columns:
        state = statistic.add(state, column)
    return transform.fit(statistic.finish(state))


def _applied(fitted, values):
    column = Column("x", values if isinstance(values, pa.Array) else pa.array(values))
    return {each.name: each.values.to_pylist() for each in fitted.apply(column)}


def _refused(name, said, **options):
    with pytest.raises(ValidationError, match=said):
        _make(name, **options)


@pytest.fixture(scope="session")
def make():
    """Return a function that makes a built-in transform by name and options."""
    return _make


@pytest.fixture(scope="session")
def learn():
    """Return a function that fits a transform to columns."""
    return _learn


@pytest.fixture(scope="session")
def applied():
    """Return a function that applies a fitted transform to a column x; values by name."""
    return _applied


@pytest.fixture(scope="session")
def refused():
    """Return a function that asserts that options are refused, and with what words."""
    return _refused
