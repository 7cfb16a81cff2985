from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from headrace.data.features import TrainingBatch
from headrace.data.kinds import Kind
from headrace.models import Column, Preparation
from headrace.models.preparation import Chain
from headrace.plugins import discover
from headrace_linreg.polynomial import Polynomial, PolynomialOptions
from headrace_linreg.statistic import LeastSquares


def powers_of(array, degree=3):
    polynomial = Polynomial(PolynomialOptions(degree=degree))
    return polynomial.fit(None).apply(Column("x", array))


def exact(column, row=0):
    terms = [column.values.to_numpy(), *column.corrections]
    return sum(Fraction(float(term[row])) for term in terms)


def test_the_powers_follow_the_column_itself():
    columns = powers_of(pa.array([2.0, -3.0]))
    assert [column.name for column in columns] == ["x", "x^2", "x^3"]
    assert [c.values.to_pylist() for c in columns] == [[2.0, -3.0], [4.0, 9.0], [8.0, -27.0]]


@pytest.mark.parametrize("type_", [pa.float64(), pa.float32()])
def test_the_powers_are_exact(type_):
    array = pa.array([0.1, -7.3], type_)
    first, *powers = powers_of(array, 10)
    assert first.values is array
    for exponent, column in enumerate(powers, 2):
        for row, value in enumerate(array.to_pylist()):
            assert exact(column, row) == Fraction(value) ** exponent


def test_the_powers_of_whole_numbers_are_exact_as_well():
    *_, column = powers_of(pa.array([123_456_789, None]), 7)
    assert exact(column) == 123_456_789**7


def test_missing_stays_missing():
    for column in powers_of(pa.array([None, float("nan")], pa.float64()))[1:]:
        assert np.isnan(column.values.to_numpy()).all()


def test_nothing_is_learnt_and_the_options_restore_it():
    polynomial = Polynomial(PolynomialOptions(degree=4))
    assert polynomial.statistic() is None
    assert polynomial.restore(polynomial.fit(None).state()) == polynomial.fit(None)


@pytest.mark.parametrize("degree", [1, 21, 2.5])
def test_the_degree_is_bounded(degree):
    with pytest.raises(ValidationError, match="degree"):
        PolynomialOptions(degree=degree)


def test_linreg_registers_it():
    assert discover().load_transform("polynomial") is Polynomial


def preparation():
    """Return x, its powers and its products with z, and z."""
    plugins = discover()

    def chain(feature, **steps):
        made = [
            (transform_type := plugins.load_transform(name))(
                transform_type.Options.model_validate(options)
            )
            for name, options in steps.items()
        ]
        return Chain(feature, Kind.NUMBER, tuple(steps), tuple(made))

    x = chain("x", polynomial={"degree": 3}, interaction={"with": ["z"]})
    return Preparation.unfitted([x, chain("z")])


def state_of(statistic, rows):
    batch = pa.record_batch({name: [row[i] for row in rows] for i, name in enumerate("xz")})
    target = np.array([row[2] for row in rows])
    weight = np.array([row[3] for row in rows])
    features = preparation().features(batch)
    return statistic.add(statistic.zero(), TrainingBatch(features, target, weight))


def rows_of(seed, n=24):
    random = np.random.default_rng(seed)
    columns = random.normal(size=(3, n)) * [[3.0], [0.1], [100.0]]
    return [
        (*map(float, row), float(w)) for *row, w in zip(*columns, random.random(n), strict=True)
    ]


def by_fractions(rows):
    """Solve the weighted least squares of x, its powers, its products with z, and z."""
    design, target = [], []
    for x, z, y, _ in rows:
        a, b = Fraction(x), Fraction(z)
        own = [a, a**2, a**3]
        design.append([Fraction(1), *own, *(value * b for value in own), b])
        target.append(Fraction(y))
    weight = [Fraction(row[3]) for row in rows]
    columns = list(zip(*design, strict=True))
    table = [
        [sum(w * p * q for w, p, q in zip(weight, left, right, strict=True)) for right in columns]
        + [sum(w * p * y for w, p, y in zip(weight, left, target, strict=True))]
        for left in columns
    ]
    for k in range(len(table)):
        table[k] = [value / table[k][k] for value in table[k]]
        for i in range(len(table)):
            if i != k:
                table[i] = [a - table[i][k] * b for a, b in zip(table[i], table[k], strict=True)]
    return [float(row[-1]) for row in table]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_a_fit_of_products_is_exact_to_the_last_digit(seed):
    rows = rows_of(seed)
    statistic = LeastSquares(intercept=True)
    model = statistic.finish(state_of(statistic, rows)).model
    assert model.names == ("x", "x^2", "x^3", "x*z", "x^2*z", "x^3*z", "z")
    assert [model.intercept, *model.coefficients] == by_fractions(rows)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_no_order_batching_or_merge_tree_changes_a_byte_of_it(data):
    rows = rows_of(0)
    statistic = LeastSquares(intercept=True)
    whole = statistic.finish(state_of(statistic, rows)).model.state()
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.lists(st.integers(1, len(rows) - 1), max_size=4, unique=True)))
    states = [
        state_of(statistic, shuffled[start:end])
        for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True)
    ]
    while len(states) > 1:
        left = states.pop(data.draw(st.integers(0, len(states) - 1)))
        right = states.pop(data.draw(st.integers(0, len(states) - 1)))
        states.append(statistic.merge(left, right))
    assert statistic.finish(states[0]).model.state() == whole
