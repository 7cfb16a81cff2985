import math

import pyarrow as pa
import pytest

from headrace.contracts.params import Params
from headrace.errors import DataError
from headrace.models import Column
from headrace.statistics import MomentsResult
from headrace.transforms.standardize import Standardize

NAN = float("nan")


def learn(values):
    standardize = Standardize(Params())
    statistic = standardize.statistic()
    return standardize.fit(statistic.finish(statistic.add(statistic.zero(), pa.array(values))))


def applied(fitted, values):
    (column,) = fitted.apply(Column("x", pa.array(values)))
    return column.values.to_pylist()


def test_the_training_rows_get_mean_0_and_deviation_1():
    values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]  # mean 5, deviation 2
    assert applied(learn(values), values) == [(value - 5) / 2 for value in values]


def test_missing_values_stay_missing():
    got = applied(learn([0.0, 2.0, None]), [None, NAN, 2.0])
    assert math.isnan(got[0])
    assert math.isnan(got[1])
    assert got[2] == 1.0
    assert not Standardize.handles_missing


def test_a_constant_column_becomes_0():
    assert applied(learn([7, 7, 7]), [7, 8]) == [0.0, 1.0]


def test_a_column_without_values_has_no_mean():
    with pytest.raises(DataError, match="no mean"):
        Standardize(Params()).fit(MomentsResult(0, NAN, NAN))


def test_the_state_restores_the_same_transform():
    fitted = learn([0.1, 0.2, 0.4])
    assert Standardize(Params()).restore(dict(fitted.state())) == fitted


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"mean": 0.0},
        {"mean": NAN, "scale": 1},
        *({"mean": 0, "scale": scale} for scale in (0.0, -1, math.inf, "wide")),
    ],
)
def test_a_damaged_state_is_refused(state):
    with pytest.raises((KeyError, ValueError, TypeError)):
        Standardize(Params()).restore(state)
