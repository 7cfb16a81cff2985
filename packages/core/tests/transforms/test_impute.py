import math

import pyarrow as pa
import pytest
from pydantic import ValidationError

from headrace.errors import DataError
from headrace.models import Column
from headrace.statistics import MomentsResult
from headrace.transforms.impute import Impute, ImputeOptions

NAN = float("nan")


def applied(fitted, values):
    (column,) = fitted.apply(Column("x", values))
    assert column.name == "x"
    return column.values


def test_null_and_nan_become_the_mean_of_the_training_rows():
    impute = Impute(ImputeOptions())
    statistic = impute.statistic()
    learnt = statistic.finish(statistic.add(statistic.zero(), pa.array([1.0, None, NAN, 4.0])))
    values = applied(impute.fit(learnt), pa.array([None, NAN, 7.0]))
    assert values.to_pylist() == [2.5, 2.5, 7.0]
    assert values.type == pa.float64()


def test_a_constant_is_put_in_without_a_pass():
    impute = Impute(ImputeOptions(strategy="constant", value=-1))
    assert impute.statistic() is None
    assert applied(impute.fit(None), pa.array([None, 3], pa.int32())).to_pylist() == [-1.0, 3.0]


def test_infinities_stay():
    impute = Impute(ImputeOptions(strategy="constant", value=0))
    assert applied(impute.fit(None), pa.array([math.inf])).to_pylist() == [math.inf]


def test_a_column_without_values_has_no_mean():
    with pytest.raises(DataError, match="no mean to impute") as caught:
        Impute(ImputeOptions()).fit(MomentsResult(0, NAN, NAN))
    assert "impute a constant" in caught.value.fix


@pytest.mark.parametrize(
    "options",
    [{"strategy": "constant"}, {"value": 3}, {"strategy": "constant", "value": math.inf}],
)
def test_a_value_goes_with_the_strategy_constant(options):
    with pytest.raises(ValidationError):
        ImputeOptions.model_validate(options)


def test_the_state_restores_the_same_number():
    impute = Impute(ImputeOptions())
    fitted = impute.fit(MomentsResult(3, 0.1 + 0.2, 1.0))
    assert impute.restore(dict(fitted.state())) == fitted


@pytest.mark.parametrize("state", [{}, {"fill": "many"}, {"fill": NAN}, {"fill": None}])
def test_a_damaged_state_is_refused(state):
    with pytest.raises((KeyError, ValueError, TypeError)):
        Impute(ImputeOptions()).restore(state)
