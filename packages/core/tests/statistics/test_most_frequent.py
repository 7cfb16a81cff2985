import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import DataError
from headrace.statistics import MostFrequent

texts = st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "c"])), max_size=20)
numbers = st.lists(st.one_of(st.none(), st.sampled_from([0.0, -0.0, 2.0, -3.0])), max_size=20)


def text_column(values):
    return pa.array(values, pa.string())


def number_column(values):
    return pa.array(values, pa.float64())


def learn(*columns):
    statistic = MostFrequent()
    state = statistic.zero()
    for column in columns:
        state = statistic.add(state, column)
    return statistic.finish(state)


def test_it_is_the_smallest_of_several_and_never_null():
    assert learn(text_column(["b", "a", None]), text_column([None, "b", "a", None])) == "a"
    assert learn(number_column([7.0, 2.0, None, None])) == 2.0


def test_of_nothing_there_is_none():
    assert learn(text_column([None])) is None
    assert learn(number_column([None])) is None
    assert learn() is None


@pytest.mark.parametrize(("values", "column_of"), [(texts, text_column), (numbers, number_column)])
def test_no_order_batching_or_merge_tree_plays_a_part(any_way, values, column_of):
    @given(st.data(), values)
    def check(data, values):
        statistic = MostFrequent()
        state = any_way(data, statistic, values, column_of)
        assert repr(statistic.finish(state)) == repr(learn(column_of(values)))

    check()


def test_too_many_different_numbers_are_a_data_error():
    with pytest.raises(DataError, match="too many different values to count"):
        learn(number_column(list(range(65_537))))
