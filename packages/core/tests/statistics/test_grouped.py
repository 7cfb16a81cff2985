import math
from collections import defaultdict
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.data.labels import LabelledColumn, Labels
from headrace.errors import DataError
from headrace.statistics import GroupedSums

N_FOLDS = 3
numbers = st.floats(-1e100, 1e100).filter(lambda x: x == 0 or abs(x) > 1e-50)
weights = st.floats(0, 1e20).filter(lambda x: x == 0 or abs(x) > 1e-20)
categories = st.one_of(st.none(), st.sampled_from(["", "a", "b", "ä"]))
rows = st.lists(
    st.tuples(categories, st.integers(0, N_FOLDS - 1), numbers, weights), min_size=1, max_size=25
)


def column_of(given_rows, *, weighted=True):
    columns = zip(*given_rows, strict=True) if given_rows else [()] * 4
    names, folds, targets, given_weights = columns
    labels = Labels(
        np.array(targets, np.float64),
        np.array(given_weights, np.float64) if weighted else None,
        np.array(folds, np.int64),
        N_FOLDS,
    )
    return LabelledColumn(pa.array(names, pa.string()), labels)


def bits(groups):
    arrays = (groups.sums, groups.weights, groups.total_sums, groups.total_weights)
    return groups.categories, [(each.shape, each.tobytes()) for each in arrays]


def learn(*pieces, limit=10, weighted=True):
    statistic = GroupedSums(limit)
    state = statistic.zero()
    for piece in pieces:
        state = statistic.add(state, column_of(piece, weighted=weighted))
    return statistic.finish(state)


def rounded(exact):
    return exact.numerator / exact.denominator


@given(rows, st.booleans())
def test_sums_are_those_of_fractions_each_rounded_once(given_rows, weighted):
    sums, weight_sums = defaultdict(Fraction), defaultdict(Fraction)
    for name, fold, target, weight in given_rows:
        used = Fraction(weight) if weighted else Fraction(1)
        for cell in ((name, fold), fold):
            sums[cell] += used * Fraction(target)
            weight_sums[cell] += used
    groups = learn(given_rows, weighted=weighted)
    names = {name for name, *_ in given_rows}
    assert groups.categories == tuple(sorted(names, key=lambda name: (name is None, name or "")))
    for fold in range(N_FOLDS):
        assert groups.total_sums[fold] == rounded(sums[fold])
        assert groups.total_weights[fold] == rounded(weight_sums[fold])
        for place, name in enumerate(groups.categories):
            assert groups.sums[place, fold] == rounded(sums[name, fold])
            assert groups.weights[place, fold] == rounded(weight_sums[name, fold])


@given(st.data(), rows, st.booleans())
def test_no_order_batching_or_merge_tree_plays_a_part(any_way, data, given_rows, weighted):
    statistic = GroupedSums(10)
    state = any_way(data, statistic, given_rows, lambda r: column_of(r, weighted=weighted))
    assert bits(statistic.finish(state)) == bits(learn(given_rows, weighted=weighted))


def test_many_rows_of_one_category_are_as_exact():
    targets = np.random.default_rng(0).normal(size=50_000) * 1e3
    labels = Labels(targets, None, np.arange(50_000) % 2, 2)
    statistic = GroupedSums(1)
    column = LabelledColumn(pa.array(["a"] * 50_000), labels)
    groups = statistic.finish(statistic.add(statistic.zero(), column))
    assert groups.sums.tolist() == [[math.fsum(targets[0::2]), math.fsum(targets[1::2])]]
    assert groups.weights.tolist() == [[25_000.0, 25_000.0]]


def test_a_dictionary_column_counts_as_its_values():
    plain = column_of([("a", 0, 1.0, 1.0), (None, 1, 2.0, 1.0), ("a", 2, 3.0, 1.0)])
    coded = LabelledColumn(plain.values.dictionary_encode(), plain.labels)
    statistic = GroupedSums(5)
    one, other = (
        statistic.finish(statistic.add(statistic.zero(), column)) for column in (plain, coded)
    )
    assert bits(one) == bits(other)


def test_merging_leaves_both_states_as_they_were():
    statistic = GroupedSums(5)
    left = statistic.add(statistic.zero(), column_of([("a", 0, 1.0, 1.0)]))
    right = statistic.add(statistic.zero(), column_of([("b", 1, 2.0, 1.0), ("a", 0, 5.0, 1.0)]))
    before = bits(statistic.finish(left)), bits(statistic.finish(right))
    statistic.add(statistic.merge(left, right), column_of([("a", 0, 7.0, 1.0)]))
    assert (bits(statistic.finish(left)), bits(statistic.finish(right))) == before


@given(st.data())
def test_one_category_more_than_the_limit_is_a_data_error_in_any_order(any_way, data):
    given_rows = [(name, 0, 1.0, 1.0) for name in "aabcdd"]
    assert len(learn(given_rows, limit=4).categories) == 4
    statistic = GroupedSums(3)
    state = any_way(data, statistic, given_rows, column_of)
    with pytest.raises(DataError, match="more than 3 categories") as caught:
        statistic.finish(state)
    assert "raise max_categories" in caught.value.fix


def test_the_state_stays_small_however_many_categories_there_are():
    statistic = GroupedSums(3)
    state = statistic.add(
        statistic.zero(), column_of([(str(i), 0, 1.0, 1.0) for i in range(1_000)])
    )
    other = statistic.add(
        statistic.zero(), column_of([(str(-i), 1, 1.0, 1.0) for i in range(1_000)])
    )
    for each in (state, statistic.merge(state, other)):
        assert len(each.categories) == 4
        assert all(len(sums) == 4 for sums in each.sums.values())


def test_without_rows_there_are_no_categories_and_no_folds():
    groups = learn()
    assert (groups.categories, groups.n_folds) == ((), 0)
    assert learn([]).total_weights.tolist() == [0.0] * N_FOLDS
