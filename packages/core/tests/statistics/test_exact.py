from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.errors import DataError
from headrace.statistics import ExactGram, exact
from headrace.statistics.exact import GramItem

numbers = st.floats(-1e100, 1e100).filter(lambda x: x == 0 or abs(x) > 1e-100)
rows = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=12)


def item_of(table, weight=None):
    columns = [np.array(column, float) for column in zip(*table, strict=True)]
    return GramItem(columns, weight)


def gram_of(*items):
    gram = ExactGram(2)
    state = gram.zero()
    for item in items:
        state = gram.add(state, item)
    return gram.finish(state)


def by_fractions(table):
    return [
        [sum(Fraction(row[i]) * Fraction(row[j]) for row in table) for j in range(2)]
        for i in range(2)
    ]


def values(matrix):
    return [[matrix.value(i, j) for j in range(2)] for i in range(2)]


@given(rows)
def test_the_sums_are_those_of_fractions(table):
    assert values(gram_of(item_of(table))) == by_fractions(table)


@given(st.data(), rows)
def test_no_order_batching_or_merge_tree_plays_a_part(data, table):
    gram = ExactGram(2)
    shuffled = data.draw(st.permutations(table))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(table)), max_size=4)))
    pieces = [
        shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(table)], strict=True)
    ]
    states = [gram.add(gram.zero(), item_of(piece)) for piece in pieces if piece]
    while len(states) > 1:
        left = states.pop(data.draw(st.integers(0, len(states) - 1)))
        right = states.pop(data.draw(st.integers(0, len(states) - 1)))
        states.append(gram.merge(left, right))
    assert values(gram.finish(states[0])) == values(gram_of(item_of(table)))
    assert gram.finish(states[0]).n_rows == len(table)


@given(rows)
def test_carrying_after_every_block_changes_nothing(table):
    wanted = values(gram_of(item_of(table)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "_BLOCKS_PER_CARRY", 1)
        patch.setattr(exact, "_CARRY_ABOVE", np.int64(2**21))
        assert values(gram_of(*(item_of([row]) for row in table))) == wanted


def test_sums_over_many_blocks_are_exact():
    values_ = np.random.default_rng(0).normal(size=50_000) * 1e6
    matrix = ExactGram(1).finish(ExactGram(1).add(ExactGram(1).zero(), GramItem([values_])))
    assert matrix.value(0, 0) == sum(Fraction(float(value)) ** 2 for value in values_)


def test_the_greatest_sums_of_a_block_do_not_overflow():
    largest = float(2**19) - 0.5
    values_ = np.full(exact._BLOCK_ROWS * 3, largest)
    gram = ExactGram(1)
    state = gram.zero()
    for _ in range(30):
        state = gram.add(state, GramItem([values_]))
    state = gram.merge(state, state)
    assert gram.finish(state).value(0, 0) == Fraction(largest) ** 2 * len(values_) * 60


@given(rows)
def test_merging_changes_neither_state(table):
    gram = ExactGram(2)
    left = gram.add(gram.zero(), item_of(table))
    right = gram.add(gram.zero(), item_of(table[:1]))
    before = values(gram.finish(left)), values(gram.finish(right))
    gram.merge(left, right)
    assert (values(gram.finish(left)), values(gram.finish(right))) == before


def test_a_weight_multiplies_the_left_factor_rounded_once():
    weight = np.array([0.1, 2.5])
    matrix = gram_of(item_of([(1.0, 3.0), (1.0, 0.7)], weight))
    left = [Fraction(float(value)) for value in np.array([3.0, 0.7]) * weight]
    assert matrix.value(1, 1) == left[0] * Fraction(3) + left[1] * Fraction(0.7)
    assert matrix.value(0, 0) == Fraction(0.1) + Fraction(5, 2)


@settings(max_examples=30)
@given(st.integers(-400, 400))
def test_any_scale_within_the_bounds_is_exact(exponent):
    value = 1.2345678901234567 * 2.0**exponent
    matrix = gram_of(item_of([(value, 1.0), (-value / 3, 1.0)]))
    assert matrix.value(0, 1) == Fraction(value) - Fraction(value / 3)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1e200, "has magnitude 1e\\+200; sums of products need at most 3.27e\\+150"),
        (1e-200, "smaller than 3.05e-151 and not zero"),
        (float("inf"), "NaN or infinite"),
        (float("nan"), "NaN or infinite"),
        (-float("inf"), "NaN or infinite"),
    ],
)
def test_magnitudes_out_of_range_are_refused_by_name(value, said):
    item = item_of([(value, 1.0), (0.0, 2.0)])
    with pytest.raises(DataError, match=said):
        gram_of(item)


def test_a_subnormal_that_needs_one_part_only_is_exact():
    assert gram_of(item_of([(5e-324, 1.0), (0.0, 2.0)])).value(0, 1) == Fraction(5e-324)


def test_of_no_rows_the_sums_are_zero():
    gram = ExactGram(2)
    empty = gram.add(gram.zero(), GramItem([np.array([]), np.array([])]))
    assert values(gram.finish(empty)) == [[0, 0], [0, 0]]
    assert gram.finish(empty).n_rows == 0


def test_float32_columns_are_taken_as_they_are():
    column = np.array([0.1, 0.2], np.float32)
    gram = ExactGram(1)
    matrix = gram.finish(gram.add(gram.zero(), GramItem([column])))
    assert matrix.value(0, 0) == sum(Fraction(float(value)) ** 2 for value in column)
