"""Fit NIST's eleven reference sets for linear regression; count the digits that are right.

    python bench/nist.py [--json]

Of each way the digits of the worst coefficient are shown, which rounding the data to float64
limits to some 14. Headrace trains through its runtime, on a Parquet file for each set; the others
get the same float64 columns, their powers rounded. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from sklearn.linear_model import LinearRegression

from headrace.testing.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Sequence

DATA = Path(__file__).parents[1] / "packages/pipeline-linreg/tests/nist.json"
WAYS = ("normal equations", "lstsq", "scikit-learn", "headrace", "headrace, polynomial")
ALL_DIGITS = 15  # that NIST certifies


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    options = parser.parse_args()
    sets = json.loads(DATA.read_text("utf-8"))
    results = {found["name"]: _digits_of_all(found) for found in sets}
    if options.json:
        print(json.dumps(results, indent=2))
        return
    print("| set | " + " | ".join(WAYS) + " |\n|" + "---|" * (len(WAYS) + 1))
    for name, digits in results.items():
        shown = [f"{digits[way]:.1f}" if way in digits else "" for way in WAYS]
        print(f"| {name} | " + " | ".join(shown) + " |")


def _digits_of_all(found: dict[str, Any]) -> dict[str, float]:
    columns = [np.array(column, float) for column in found["x"]]
    columns += [columns[0] ** degree for degree in range(2, found["degree"] + 1)]
    target = np.array(found["y"], float)
    constant = [np.ones(len(target))] if found["intercept"] else []
    design = np.column_stack([*constant, *columns])
    model = LinearRegression(fit_intercept=found["intercept"]).fit(np.column_stack(columns), target)
    coefficients: dict[str, Sequence[float]] = {
        "normal equations": _normal_equations(design, target),
        "lstsq": np.linalg.lstsq(design, target, rcond=None)[0],
        "scikit-learn": [*([model.intercept_] if constant else []), *model.coef_],
        "headrace": _headrace(found, columns, target),
    }
    if found["degree"] > 1:
        coefficients["headrace, polynomial"] = _headrace(found, columns[:1], target)
    return {
        way: min(map(_digits, values, found["coefficients"]))
        for way, values in coefficients.items()
    }


def _normal_equations(design: Any, target: Any) -> Any:
    try:
        return np.linalg.solve(design.T @ design, design.T @ target)
    except np.linalg.LinAlgError:  # not a digit
        return np.zeros(design.shape[1])


def _headrace(found: dict[str, Any], columns: list[Any], target: Any) -> list[float]:
    names = [f"x{index}" for index in range(1, len(columns) + 1)]
    params = {
        "features": names,
        "target": "y",
        "holdout": 0,
        "folds": 0,
        "intercept": found["intercept"],
    }
    if len(columns) < len(found["coefficients"]) - found["intercept"]:
        params["transforms"] = {"x1": [{"polynomial": {"degree": found["degree"]}}]}
    table = pa.table(dict(zip(names, columns, strict=True)) | {"y": target})
    with tempfile.TemporaryDirectory() as folder:
        trained = Trial("linreg", params, Path(folder)).train(table, "fit")
    (stored,) = (data for path, data in trained.files.items() if path.endswith("linear.json"))
    state = json.loads(stored)
    intercept = [state["intercept"]] if found["intercept"] else []
    return [*intercept, *state["coefficients"].values()]


def _digits(value: float, certified: str) -> float:
    wanted = float(certified)
    error = abs(value - wanted) / abs(wanted)
    return max(0.0, min(-log10(error), ALL_DIGITS)) if error else ALL_DIGITS


if __name__ == "__main__":
    main()
