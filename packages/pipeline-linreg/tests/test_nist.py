"""NIST's Statistical Reference Datasets for linear regression, all eleven of them.

`nist.json` holds the data and the certified values, which have 15 digits, as NIST prints them
(https://www.itl.nist.gov/div898/strd/lls/lls.shtml); they are in the public domain. A fit is
measured by the digits it has in common with them. It starts from float64 values, so it cannot have
more than rounding the data to float64 leaves.
"""

import json
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from math import log10
from pathlib import Path

import pyarrow as pa
import pytest

from headrace.testing.trial import Trial

SETS = {
    found["name"]: found
    for found in json.loads(Path(__file__).with_name("nist.json").read_text("utf-8"))
}
POLYNOMIALS = [name for name, found in SETS.items() if found["degree"] > 1]
EXACT = ["Wampler1", "Wampler2"]  # the data lie on the curve
DIGITS = 13


def digits(value, certified):
    """Return how many digits two numbers have in common: 16 of 16 if they are equal."""
    error = abs(value - float(certified)) / abs(float(certified))
    return -log10(error) if error else 16.0


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return a function that trains on a set, each once."""
    root = tmp_path_factory.mktemp("nist")

    @cache
    def train(name, *, transform=True):
        params, table = case(SETS[name], transform=transform)
        return Trial("linreg", params, root / f"{name}-{transform}").train(table, "fit")

    return train


def case(found, *, transform):
    """Return params and table of a set, its powers made by polynomial or rounded beforehand."""
    features = [f"x{index}" for index in range(1, len(found["x"]) + 1)]
    columns = {
        feature: [float(value) for value in column]
        for feature, column in zip(features, found["x"], strict=True)
    }
    params = {"target": "y", "holdout": 0, "folds": 0, "intercept": found["intercept"]}
    if found["degree"] > 1 and transform:
        params["transforms"] = {"x1": [{"polynomial": {"degree": found["degree"]}}]}
    else:
        for degree in range(2, found["degree"] + 1):
            columns[f"power {degree}"] = [value**degree for value in columns["x1"]]
    params["features"] = list(columns)
    return params, pa.table(columns | {"y": [float(value) for value in found["y"]]})


def coefficients_of(training, name):
    model = training.bundle.model
    intercept = [model.intercept] if SETS[name]["intercept"] else []
    return [*intercept, *model.coefficients]


def worst(values, certified):
    return min(digits(*pair) for pair in zip(values, certified, strict=True))


@pytest.mark.parametrize("name", SETS)
def test_the_coefficients_have_13_certified_digits(trained, name):
    found = coefficients_of(trained(name), name)
    assert worst(found, SETS[name]["coefficients"]) >= DIGITS


@pytest.mark.parametrize("name", sorted(set(POLYNOMIALS) - {"Filip"}))
def test_so_they_have_with_powers_rounded_to_float64(trained, name):
    found = coefficients_of(trained(name, transform=False), name)
    assert worst(found, SETS[name]["coefficients"]) >= DIGITS


def test_rounding_the_powers_to_float64_costs_filip_half_of_its_digits(trained):
    found = coefficients_of(trained("Filip", transform=False), "Filip")
    assert 7.5 <= worst(found, SETS["Filip"]["coefficients"]) < 8


@pytest.mark.parametrize("name", [name for name in SETS if name not in EXACT])
def test_what_a_fit_says_of_its_precision_has_certified_digits(trained, name):
    summary = json.loads(trained(name).files["summary.json"])
    facts, (coefficients, *_) = summary["facts"], summary["tables"]
    place = coefficients["columns"].index("standard error")
    errors = [row[place] for row in coefficients["rows"] if row[place] is not None]
    assert worst(errors, SETS[name]["standard_errors"]) >= 12
    assert digits(facts["residual_error"], SETS[name]["residual_error"]) >= 12
    assert digits(facts["r2"], SETS[name]["r2"]) >= DIGITS


@pytest.mark.parametrize("name", EXACT)
def test_a_perfect_fit_leaves_no_more_than_the_rounding_of_the_data(trained, name):
    facts = json.loads(trained(name).files["summary.json"])["facts"]
    assert facts["residual_error"] < 1e-14
    assert facts["r2"] == 1.0


@pytest.mark.parametrize("name", SETS)
def test_the_certified_values_are_those_of_the_data_to_the_last_digit(name):
    found = SETS[name]
    target = [Fraction(value) for value in found["y"]]
    columns = [[Fraction(1)] * len(target)] if found["intercept"] else []
    columns += [
        [Fraction(value) ** degree for value in column]
        for column in found["x"]
        for degree in range(1, found["degree"] + 1)
    ]
    coefficients, inverse = solved(columns, target)
    residual = sum(
        (y - sum(b * x for b, x in zip(coefficients, row, strict=True))) ** 2
        for y, *row in zip(target, *columns, strict=True)
    )
    mean = sum(target) / len(target) if found["intercept"] else 0
    variance = residual / (len(target) - len(columns))
    for value, certified in zip(coefficients, found["coefficients"], strict=True):
        assert is_rounded(value, certified)
    for value, certified in zip(inverse, found["standard_errors"], strict=True):
        assert is_rounded(value * variance, certified, is_square=True)
    assert is_rounded(variance, found["residual_error"], is_square=True)
    assert is_rounded(1 - residual / sum((y - mean) ** 2 for y in target), found["r2"])


def solved(columns, target):
    """Return the least-squares coefficients, and the diagonal of the inverse, as fractions."""
    n = len(columns)
    rows = [
        [
            *(dot(left, right) for right in columns),
            dot(left, target),
            *(Fraction(int(i == j)) for j in range(n)),
        ]
        for i, left in enumerate(columns)
    ]
    for k in range(n):
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i in range(n):
            if i != k:
                factor = rows[i][k]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return [row[n] for row in rows], [row[n + 1 + i] for i, row in enumerate(rows)]


def dot(left, right):
    return sum(a * b for a, b in zip(left, right, strict=True))


def is_rounded(value, certified, *, is_square=False):
    """Whether a certified number is a fraction, or its root, rounded to the digits it has."""
    with localcontext(prec=60):
        number = Decimal(value.numerator) / Decimal(value.denominator)
        number = number.sqrt() if is_square else number
        unit = Decimal(1).scaleb(Decimal(certified).as_tuple().exponent)
        return abs(number - Decimal(certified)) <= unit / 2
