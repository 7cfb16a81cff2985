import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import DataError
from headrace.statistics import Categories

words = st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "c", "d"])), max_size=20)


def learn(*columns, limit=10):
    categories = Categories(limit)
    state = categories.zero()
    for column in columns:
        state = categories.add(state, pa.array(column, pa.string()))
    return categories.finish(state)


def test_counts_are_sorted_with_null_last():
    assert list(learn(["b", None, "a", "b"]).items()) == [("a", 1), ("b", 2), (None, 1)]


def test_the_empty_text_is_a_category_and_not_null():
    assert learn(["", None]) == {"": 1, None: 1}


@given(words, words)
def test_merging_two_states_is_adding_both_columns(one, other):
    categories = Categories(10)
    left = categories.add(categories.zero(), pa.array(one, pa.string()))
    right = categories.add(categories.zero(), pa.array(other, pa.string()))
    merged = categories.finish(categories.merge(left, right))
    assert merged == learn(one, other) == categories.finish(categories.merge(right, left))


def test_a_dictionary_column_counts_as_its_values():
    categories = Categories(10)
    column = pa.array(["a", None, "a"]).dictionary_encode()
    assert categories.finish(categories.add(categories.zero(), column)) == {"a": 2, None: 1}


def test_one_category_more_than_the_limit_is_a_data_error():
    assert len(learn(["a", "b", None], limit=3)) == 3
    with pytest.raises(DataError, match="more than 3 categories") as caught:
        learn(["a", "b"], [None, "c"], limit=3)
    assert "max_categories" in str(caught.value)


def test_the_state_stays_small_however_many_categories_there_are():
    categories = Categories(3)
    state = categories.add(categories.zero(), pa.array([str(i) for i in range(1000)]))
    other = categories.add(categories.zero(), pa.array([str(-i) for i in range(1000)]))
    assert len(state) == 4
    assert len(categories.merge(state, other)) == 4
