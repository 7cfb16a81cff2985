import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import DataError
from headrace.statistics import COUNTED, Categories, greatest_counts

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


@given(st.data(), st.lists(st.one_of(st.none(), st.sampled_from("abcdef")), max_size=30))
def test_no_order_batching_or_merge_tree_plays_a_part(any_way, data, values):
    categories = Categories(10)
    counts = categories.finish(
        any_way(data, categories, values, lambda v: pa.array(v, pa.string()))
    )
    assert list(counts.items()) == list(learn(values).items())
    for n in range(1, 8):
        kept = greatest_counts(counts, n)
        ordered = sorted(counts, key=lambda c: (-counts[c], c is None, c or ""))
        assert set(kept) == set(ordered[:n])
        assert list(kept) == [category for category in counts if category in kept]


@given(st.data())
def test_too_many_are_an_error_in_any_order(any_way, data):
    categories = Categories(3)
    state = any_way(data, categories, list("aabcdd"), lambda v: pa.array(v, pa.string()))
    with pytest.raises(DataError, match="more than 3 categories"):
        categories.finish(state)


def test_of_equally_frequent_ones_the_first_are_kept_and_null_last():
    assert greatest_counts(learn(["b", None, "a", "c", "c"]), 2) == {"a": 1, "c": 2}
    assert greatest_counts(learn(["b", None, None]), 1) == {None: 2}


def test_above_what_is_ever_counted_the_advice_is_to_hash():
    categories = Categories(COUNTED)
    state = dict.fromkeys(map(str, range(COUNTED + 1)), 1)
    with pytest.raises(DataError, match="more than 1,000,000 categories") as caught:
        categories.finish(state)
    assert "hash the column" in caught.value.fix
