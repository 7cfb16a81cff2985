import math

import pyarrow as pa
import pytest
from pydantic import ValidationError

from headrace.data.kinds import Kind
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


def learn(values, **options):
    impute = Impute(ImputeOptions(**options))
    statistic = impute.statistic()
    return impute.fit(statistic.finish(statistic.add(statistic.zero(), values)))


def test_the_median_of_the_training_rows_may_be_put_in():
    fitted = learn(pa.array([1.0, 100.0, None, 3.0]), strategy="median")
    assert applied(fitted, pa.array([None, 7.0])).to_pylist() == [3.0, 7.0]


def test_the_most_frequent_number_or_text_may_be_put_in():
    fitted = learn(pa.array([2, 5, 5, 2, None]), strategy="most_frequent")
    assert applied(fitted, pa.array([None], pa.int64())).to_pylist() == [2.0]
    fitted = learn(pa.array(["b", "b", "a", None, None, None]), strategy="most_frequent")
    assert applied(fitted, pa.array([None, "zzz"])).to_pylist() == ["b", "zzz"]


@pytest.mark.parametrize(
    "type_", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
)
def test_a_text_may_be_put_in_whatever_type_the_text_has(type_):
    fitted = Impute(ImputeOptions(strategy="constant", value="none")).fit(None)
    got = applied(fitted, pa.array(["a", None]).cast(type_))
    assert got.to_pylist() == ["a", "none"]
    assert got.type == pa.string()


def test_an_indicator_says_where_a_number_was_missing():
    impute = Impute(ImputeOptions(strategy="constant", value=0, indicator=True))
    columns = impute.fit(None).apply(Column("x", pa.array([1.0, None, NAN])))
    assert {column.name: column.values.to_pylist() for column in columns} == {
        "x": [1.0, 0.0, 0.0],
        "x is missing": [0.0, 1.0, 1.0],
    }
    assert impute.yields_many
    assert not Impute(ImputeOptions()).yields_many


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        ({}, {Kind.NUMBER}),
        ({"strategy": "median"}, {Kind.NUMBER}),
        ({"strategy": "most_frequent"}, {Kind.NUMBER, Kind.CATEGORY}),
        ({"strategy": "most_frequent", "indicator": True}, {Kind.NUMBER}),
        ({"strategy": "constant", "value": 1}, {Kind.NUMBER}),
        ({"strategy": "constant", "value": "1"}, {Kind.CATEGORY}),
    ],
)
def test_the_strategy_decides_on_which_columns_it_works(options, kinds):
    impute = Impute(ImputeOptions(**options))
    assert impute.accepts == kinds
    assert {impute.yields(kind) for kind in kinds} == kinds


@pytest.mark.parametrize("strategy", ["mean", "median", "most_frequent"])
def test_without_values_there_is_nothing_to_put_in(strategy):
    with pytest.raises(DataError, match=f"no {strategy.replace('_', ' ')}.* to impute"):
        learn(pa.array([None], pa.float64()), strategy=strategy)


def test_an_indicator_of_text_is_refused():
    with pytest.raises(ValidationError, match="indicator goes with numbers"):
        ImputeOptions(strategy="constant", value="a", indicator=True)


def test_a_state_of_the_wrong_kind_is_refused():
    for strategy, fill in (("mean", "a"), ("median", "a")):
        with pytest.raises(ValueError, match="impute would put in 'a'"):
            Impute(ImputeOptions(strategy=strategy)).restore({"fill": fill})
