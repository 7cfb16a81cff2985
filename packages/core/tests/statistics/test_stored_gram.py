from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.statistics import ExactGram, restore_gram, store_gram
from headrace.statistics.exact import GramItem

SCALES = st.sampled_from([1.0, 0.1, 2.0**-30, 2.0**300, 2.0**-300])


def sums_of(columns, weight=None):
    gram = ExactGram(len(columns))
    return gram.add(gram.zero(), GramItem(columns, weight))


@st.composite
def tables(draw):
    n_rows, n_columns = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    values = st.integers(-(2**53), 2**53) | st.integers(-3, 3)
    return np.array(
        [
            np.array([draw(values) for _ in range(n_rows)], np.float64) * draw(SCALES)
            for _ in range(n_columns)
        ]
    )


@settings(max_examples=60)
@given(tables(), st.randoms(use_true_random=False))
def test_any_cut_order_and_merge_tree_is_stored_as_the_same_bytes(table, random):
    n_columns, n_rows = table.shape
    gram = ExactGram(n_columns)
    whole = store_gram(sums_of(list(table)), n_columns)
    order = random.sample(range(n_rows), n_rows)
    cut = random.randint(0, n_rows)
    pieces = [sums_of(list(table[:, rows])) for rows in (order[:cut], order[cut:]) if rows]
    restored = [restore_gram(store_gram(piece, n_columns), n_columns) for piece in pieces]
    state = gram.zero()
    for piece in restored:
        state = gram.merge(piece, state)
    assert store_gram(state, n_columns) == whole


@settings(max_examples=60)
@given(tables(), tables())
def test_what_is_added_and_taken_out_again_leaves_no_bit(kept, added):
    n_columns = min(len(kept), len(added))
    gram = ExactGram(n_columns)
    before = store_gram(sums_of(list(kept[:n_columns])), n_columns)
    more = sums_of(list(added[:n_columns]))
    both = gram.merge(restore_gram(before, n_columns), more)
    stored = restore_gram(store_gram(both, n_columns), n_columns)
    assert store_gram(gram.subtract(stored, more), n_columns) == before


def test_subtracting_changes_neither_state():
    gram = ExactGram(1)
    left, right = sums_of([np.array([1.5, 2.5])]), sums_of([np.array([2.5])])
    assert gram.finish(gram.subtract(left, right)).value(0, 0) == Fraction(9, 4)
    assert gram.finish(left).value(0, 0) == Fraction(17, 2)
    assert gram.finish(right).value(0, 0) == Fraction(25, 4)


def test_nothing_is_stored_in_one_form():
    gram = ExactGram(2)
    rows = sums_of([np.array([1e100, 3.0]), np.array([1e-100, -2.0])])
    nothing = store_gram(gram.subtract(rows, rows), 2)
    assert nothing == store_gram(gram.zero(), 2)
    assert (nothing.n_rows, nothing.exponent, nothing.width) == (0, 0, 1)


def test_weights_that_make_sums_lopsided_far_below_are_kept():
    columns = [np.array([1e-120, 3.0]), np.array([1e-110, 7.0])]
    state = sums_of(columns, np.array([1e-30, 0.1]))
    stored = store_gram(state, 2)
    assert ExactGram(2).finish(restore_gram(stored, 2)).value(0, 1) == ExactGram(2).finish(
        state
    ).value(0, 1)
    lopsided = restore_gram(stored, 2)
    next(iter(lopsided.levels.values()))[0, 1] += 1
    found = restore_gram(store_gram(lopsided, 2), 2)
    upper, lower = (ExactGram(2).finish(found).value(*at) for at in ((0, 1), (1, 0)))
    assert upper - lower == Fraction(2) ** stored.exponent


def test_millions_of_rows_can_still_be_added_to_what_was_restored():
    gram = ExactGram(1)
    column = np.full(16_384, 2.0**19 - 1)
    state = restore_gram(store_gram(sums_of([column]), 1), 1)
    for _ in range(100):
        state = gram.add(state, GramItem([column]))
    assert gram.finish(state).value(0, 0) == 101 * 16_384 * Fraction(2**19 - 1) ** 2


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("n_rows", -1, "of -1 rows"),
        ("width", 0, "an entry has 0 bytes; wanted 1 to 1024"),
        ("exponent", 7, "the exponent is 7; wanted a multiple of 10 within 8192"),
        ("exponent", 10_000, "the exponent is 10000"),
        ("entries", b"abcde", "5 bytes are no sums of 2 columns, each of 1 bytes"),
        ("entries", b"ab", "2 bytes are no sums of 2 columns"),
    ],
)
def test_what_is_no_gram_is_refused(field, value, message):
    stored = store_gram(sums_of([np.ones(3), np.ones(3)]), 2)
    with pytest.raises(ValueError, match=message):
        restore_gram(replace(stored, **{field: value}), 2)
