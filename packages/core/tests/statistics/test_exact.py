from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.data.expansions import powers
from headrace.errors import DataError
from headrace.statistics import ExactGram, exact
from headrace.statistics.exact import GramItem
from headrace.statistics.parts import GRID_BITS, Parts

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


def test_a_weight_multiplies_exactly():
    weight = np.array([0.1, 2.5])
    matrix = gram_of(item_of([(1.0, 3.1), (1.0, 0.7)], weight))
    squares = [Fraction(value) ** 2 for value in (3.1, 0.7)]
    assert matrix.value(1, 1) == Fraction(0.1) * squares[0] + Fraction(5, 2) * squares[1]
    assert matrix.value(0, 1) == matrix.value(1, 0)
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


def powers_of(values_, degree, weight=None):
    column = np.array(values_, float)
    return GramItem([column, *powers(column, degree)], weight)


def powers_by_fractions(values_, degree, weight=None):
    weights = [1.0] * len(values_) if weight is None else weight
    rows_ = [
        (Fraction(float(w)), [Fraction(x) ** k for k in range(1, degree + 1)])
        for x, w in zip(values_, weights, strict=True)
    ]
    return [
        [sum(w * row[i] * row[j] for w, row in rows_) for j in range(degree)] for i in range(degree)
    ]


def matrix_of(gram, n):
    return [[gram.value(i, j) for j in range(n)] for i in range(n)]


# Their 5th powers have bits between 2**-800 and 2**500, as sums of products want them.
plain = st.floats(-1e12, 1e12).map(lambda x: x if abs(x) > 1e-12 else 0.0)


@given(st.lists(plain, min_size=1, max_size=8), st.integers(2, 5))
def test_the_sums_of_columns_that_no_float64_holds_are_those_of_fractions(values_, degree):
    gram = ExactGram(degree)
    found = gram.finish(gram.add(gram.zero(), powers_of(values_, degree)))
    assert matrix_of(found, degree) == powers_by_fractions(values_, degree)


@given(st.lists(st.tuples(plain, st.floats(0.001, 1000)), min_size=1, max_size=6))
def test_weights_of_such_columns_are_not_rounded_either(table):
    values_, weight = zip(*table, strict=True)
    gram = ExactGram(3)
    item = powers_of(values_, 3, np.array(weight))
    found = gram.finish(gram.add(gram.zero(), item))
    assert matrix_of(found, 3) == powers_by_fractions(values_, 3, weight)


@given(st.data(), st.lists(plain, min_size=1, max_size=8))
def test_no_order_or_batching_of_such_columns_plays_a_part(data, values_):
    gram = ExactGram(4)
    whole = gram.finish(gram.add(gram.zero(), powers_of(values_, 4)))
    shuffled = data.draw(st.permutations(values_))
    cut = data.draw(st.integers(0, len(values_)))
    state = gram.zero()
    for piece in (shuffled[:cut], shuffled[cut:]):
        state = gram.merge(gram.add(gram.zero(), powers_of(piece, 4)), state)
    assert matrix_of(gram.finish(state), 4) == matrix_of(whole, 4)


def test_what_is_too_small_for_any_sum_is_0_whatever_is_beside_it():
    gram = ExactGram(2)
    for beside in ([], [1.0], [1e-150]):
        values_ = [1e-140, *beside]
        found = gram.finish(gram.add(gram.zero(), powers_of(values_, 2)))
        assert found.value(1, 1) == sum(Fraction(x) ** 4 for x in beside if x == 1.0)


def test_many_parts_that_meet_at_one_level_do_not_overflow():
    values_ = np.full(exact._BLOCK_ROWS, 1.0 - 2.0**-39)
    gram = ExactGram(1)
    item = GramItem([powers(values_, 20)[-1]])
    state = gram.zero()
    for _ in range(3):
        state = gram.add(state, item)
        state = gram.merge(state, state)
    assert gram.finish(state).value(0, 0) == Fraction(1.0 - 2.0**-39) ** 40 * len(values_) * 14


def test_a_column_that_cancels_its_first_part_has_no_more_than_it_needs():
    parts = Parts(1, 1)
    parts.cut([(np.array([2.0**19]), np.array([-(2.0**-10)]))])
    wanted = Fraction(2**19) - Fraction(1, 2**10)
    assert np.abs(parts.matrix).max() <= 2**19
    found = sum(
        Fraction(float(part[0])) * Fraction(2) ** (GRID_BITS * int(level))
        for part, level in zip(parts.matrix, parts.levels, strict=True)
    )
    assert found == wanted
