"""Train linear regression by ``headrace train``, scikit-learn and streamed NumPy, side by side.

    python bench/training.py [--rows 10_000_000] [--runs 3] [--json]

All sides fit the same file, in turn, as whole programs; coefficients must agree to nine digits
with NumPy's, and scikit-learn's to five, since it computes in the columns' float32. Headrace does
so twice: only the fit, as the others; and with what it does by default, a holdout that is measured
and five fold models. Numbers are medians. The table is made in ``--folder`` and kept there.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from processes import HEADRACE, machine, measure, median_cost
from tables import FEATURES, make_table

if TYPE_CHECKING:
    from processes import Cost

BY_HAND = Path(__file__).with_name("training_by_hand.py")
NAME = "linreg"
VERSION = "bench-1"
ONLY_FIT = ("--set", "holdout=0", "--set", "folds=0")
BY_DEFAULT = ("--set", "key=[id]")


def main() -> None:
    options = _options()
    folder = options.folder / "training"
    table = make_table(folder, options.rows, labelled=True)
    wanted = _coefficients_by_hand("numpy", table)
    costs: dict[str, list[Cost]] = {}
    for run in range(options.runs):
        print(f"run {run + 1} of {options.runs}", file=sys.stderr)
        for side, settings in (("headrace", ONLY_FIT), ("headrace, default", BY_DEFAULT)):
            costs.setdefault(side, []).append(_train(table, folder, settings))
            if settings is ONLY_FIT:
                _compare(side, _coefficients(folder), wanted, 1e-9)
            shutil.rmtree(folder / "models" / NAME)  # or the next run would be done already
        for side in ("sklearn", "numpy"):
            costs.setdefault(side, []).append(measure([sys.executable, BY_HAND, side, table]))
    _compare("sklearn", _coefficients_by_hand("sklearn", table), wanted, 1e-5)
    results = {side: median_cost(found) for side, found in costs.items()}
    if options.json:
        sides = {side: asdict(cost) for side, cost in results.items()}
        said = {"machine": machine(), "rows": options.rows, "runs": options.runs, "sides": sides}
        print(json.dumps(said, indent=2))
    else:
        _print(results, options.rows, options.runs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir(), "headrace-bench")
    )
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    return parser.parse_args()


def _train(table: Path, folder: Path, settings: tuple[str, ...]) -> Cost:
    return measure(
        [
            *(HEADRACE, "train", NAME, "--root", folder, "--model", NAME, "--input", table),
            *("--version", VERSION, "--set", f"features=[{', '.join(FEATURES)}]"),
            *("--set", "target=y", *settings, "--json"),
        ]
    )


def _coefficients(folder: Path) -> list[float]:
    (path,) = folder.glob(f"models/{NAME}/versions/{VERSION}/*/model/linear.json")
    state = json.loads(path.read_text())
    return [state["intercept"], *state["coefficients"].values()]


def _coefficients_by_hand(way: str, table: Path) -> list[float]:
    command = [sys.executable, str(BY_HAND), way, str(table)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: list[float] = json.loads(printed)
    return found


def _compare(side: str, got: list[float], wanted: list[float], tolerance: float) -> None:
    close = (
        math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance)
        for one, other in zip(got, wanted, strict=True)
    )
    if not all(close):
        sys.exit(f"{side} has fitted {got}; numpy {wanted}")


def _print(results: dict[str, Cost], rows: int, runs: int) -> None:
    print(f"{rows:,} rows, medians of {runs}; {machine()}")
    print(f"{'':19}{'wall s':>8}{'CPU s':>8}{'MB':>7}   of sklearn's: {'CPU':>5}{'memory':>8}")
    beside = results["sklearn"]
    for side, cost in results.items():
        print(
            f"{side:19}{cost.wall:8.2f}{cost.cpu:8.2f}{cost.megabytes:7.0f}"
            f"{cost.cpu / beside.cpu:22.2f}{cost.megabytes / beside.megabytes:8.2f}"
        )


if __name__ == "__main__":
    main()
