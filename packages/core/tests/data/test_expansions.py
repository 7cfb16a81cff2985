import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.data.expansions import LEAST_TERM, powers, product, terms_of

values = st.floats(allow_nan=False, allow_infinity=False)
# Of these, 20 factors have no bit below 2**-800, nor magnitude above 2**900.
moderate = st.floats(-1e13, 1e13).map(lambda x: x if abs(x) > 1e-2 else 1.0 + x)
anything = st.floats()


def exact(terms, row=0):
    return sum(Fraction(float(term[row])) for term in terms)


def column(*numbers):
    return np.array(numbers, np.float64)


@given(moderate, st.integers(2, 10))
def test_powers_are_those_of_fractions(x, degree):
    found = powers(column(x), degree)
    for exponent, terms in enumerate(found, 2):
        assert len(terms) == exponent
        assert exact(terms) == Fraction(x) ** exponent


@given(st.lists(moderate, min_size=1, max_size=3), st.lists(moderate, min_size=1, max_size=3))
def test_products_of_sums_are_those_of_fractions(left, right):
    # The first term counts most, as in every expansion; the others need not be in order.
    left, right = ([column(x * 2.0**-i) for i, x in enumerate(side)] for side in (left, right))
    n_terms = 2 * len(left) * len(right)
    assert exact(product(left, right, n_terms)) == exact(left) * exact(right)


@given(moderate, st.integers(2, 10))
def test_the_first_term_is_the_power_rounded_and_each_other_what_is_left(x, degree):
    terms = powers(column(x), degree)[-1]
    rest = Fraction(x) ** degree
    for term in terms:
        assert term[0] == float(rest)
        rest -= Fraction(float(term[0]))


@given(st.floats(width=32, allow_nan=False, allow_infinity=False, min_value=-1e3, max_value=1e3))
def test_float32_values_need_fewer_terms(x):
    for exponent, terms in enumerate(powers(column(x), 8, n_bits=24), 2):
        assert len(terms) == math.ceil(exponent * 24 / 53)
        if abs(x) > 1e-3:
            assert exact(terms) == Fraction(x) ** exponent


@given(st.lists(anything, min_size=1, max_size=6), st.integers(2, 5))
def test_no_value_depends_on_its_neighbours(numbers, degree):
    together = powers(column(*numbers), degree)
    for row, number in enumerate(numbers):
        alone = powers(column(number), degree)
        for one, other in zip(together, alone, strict=True):
            found = [term[row].tobytes() for term in one]
            assert found == [term[0].tobytes() for term in other]


def test_no_value_depends_on_where_it_is_in_a_long_column():
    numbers = np.random.default_rng(0).normal(size=20_000)
    whole = powers(numbers, 3)
    for start in (0, 5, 8_190, 8_193, 19_990):
        part = powers(numbers[start : start + 10], 3)
        for one, other in zip(whole, part, strict=True):
            for left, right in zip(one, other, strict=True):
                assert left[start : start + 10].tobytes() == right.tobytes()


@given(anything, anything)
def test_the_value_is_the_usual_product_whatever_the_factors(x, y):
    with np.errstate(all="ignore"):
        usual = column(x) * column(y)
    found, correction = product((column(x),), (column(y),), 2)
    assert np.array_equal(found, usual, equal_nan=True)
    assert np.isfinite(correction).all()
    assert not correction[0] or abs(correction[0]) >= LEAST_TERM


@pytest.mark.parametrize("x", [float("nan"), float("inf"), -float("inf"), 1e200, 1e-200, 5e-324])
def test_where_a_product_cannot_be_exact_it_is_the_rounded_one_alone(x):
    with np.errstate(all="ignore"):
        usual = column(x) * column(x)
    found, correction = product((column(x),), (column(x),), 2)
    assert np.array_equal(found, usual, equal_nan=True)
    assert correction[0] == 0


@given(values)
def test_nothing_is_ever_a_negative_zero(x):
    for terms in powers(column(x, -0.0), 4):
        for term in terms[1:]:
            assert not np.signbit(term[term == 0]).any()


@pytest.mark.parametrize(("bits", "terms"), [(0, 1), (48, 1), (53, 1), (54, 2), (106, 2), (107, 3)])
def test_there_is_a_term_for_each_53_bits(bits, terms):
    assert terms_of(bits) == terms


def test_of_no_rows_there_are_no_products():
    assert [[len(term) for term in terms] for terms in powers(column(), 3)] == [[0, 0], [0, 0, 0]]
