"""R's lm says the same of the flights: coefficients, their precision, and prediction intervals."""

import csv
import json
import re
import subprocess
from math import isclose
from pathlib import Path

import pyarrow.parquet as pq
import pytest

HERE = Path(__file__).parent
PARAMS = HERE.parents[1] / "orchestration/flows/flights/linreg.yaml"
COMMON = ["--params", PARAMS, "--set", "folds=0"]
FITS = {
    "example": [],
    "weighted": [*("--set", "features=[dep_delay,hour]"), *("--set", "weight=distance")],
    "origin": [*("--set", "features=[dep_delay,distance]"), *("--set", "intercept=false")],
}
LEVEL = 0.9
DIGITS = 1e-9  # lm decomposes float64 columns, and keeps some ten digits of the smallest
ENDS = {
    "fit": "linreg_prediction",
    "lwr": "linreg_prediction_lower",
    "upr": "linreg_prediction_upper",
}


def of_r(fit):
    """Return what R says of a fit, by what it is and of what."""
    with (HERE / "lm/flights.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["what"], named(row["name"])): float(row["value"])
            for row in csv.DictReader(file)
            if row["fit"] == fit
        }


def named(term):
    """Return our name of one of R's terms."""
    term = re.sub(r"^(carrier|origin)(?=[A-Z0-9])", r"\1=", term)
    return "(intercept)" if term == "(Intercept)" else term


@pytest.fixture(scope="module", params=FITS)
def fitted(request, headrace, flights, tmp_path_factory):
    """Return the name of a fit, its summary, and the scored rows by their id."""
    root = tmp_path_factory.mktemp(request.param)

    def run(*arguments):
        done = subprocess.run(
            [headrace, *arguments, "--root", root], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    input_ = ["--input", flights, "--max-bad", "0.1"]
    options = [*COMMON, *FITS[request.param]]
    run("train", "linreg", *input_, "--model", "fit", "--version", "v1", *options)
    summary = json.loads(run("models", "show", "fit@v1", "--json"))["summary"]
    scoring = ["--output", "scored", "--version", "v1", "--keep", "id", "--interval", str(LEVEL)]
    run("score", "linreg", *input_, "--model", "fit@v1", *scoring)
    (folder,) = {part.parent for part in root.glob("datasets/scored/**/part-*.parquet")}
    scored = pq.read_table(folder, partitioning=None).to_pylist()
    return request.param, summary, {str(row["id"]): row for row in scored}


def test_r_fits_the_same_coefficients_with_the_same_precision(fitted):
    fit, summary, _ = fitted
    found = of_r(fit)
    terms = {name for what, name in found if what == "coefficient"}
    (table,) = summary["tables"]
    rows = {row[0]: dict(zip(table["columns"], row, strict=True)) for row in table["rows"]}
    estimated = {name for name, row in rows.items() if row["standard error"] is not None}
    assert estimated == terms
    for name in terms:
        for what in table["columns"][1:]:
            wanted, got = found[what, name], rows[name][what]
            scale = found["standard error", name]
            # A probability far out tells of little but the last digits of t.
            digits, least = (1e-6, 1e-300) if what == "p" else (DIGITS, scale * DIGITS)
            assert isclose(got, wanted, rel_tol=digits, abs_tol=least), (name, what, got, wanted)


def test_r_says_the_same_of_the_fit_as_a_whole(fitted):
    fit, summary, _ = fitted
    wanted = {name: value for (what, name), value in of_r(fit).items() if what == "fact"}
    assert {"r2", "adjusted_r2", "residual_error", "f"} <= set(wanted)
    got = {name: summary["facts"][name] for name in wanted}
    assert got == pytest.approx(wanted, rel=DIGITS)


def test_r_predicts_the_same_intervals(fitted):
    fit, _, scored = fitted
    found = of_r(fit)
    for end, column in ENDS.items():
        wanted = {name: value for (what, name), value in found.items() if what == end}
        assert len(wanted) == 20
        got = {name: scored[name][column] for name in wanted}
        assert got == pytest.approx(wanted, rel=DIGITS)
