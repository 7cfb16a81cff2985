"""Train linear regression on more and more rows: memory must not grow, time must grow with them.

    python bench/training_memory.py [--rows 1_000_000 2_000_000 10_000_000] [--runs 1] [--json]

Each training is a whole program, with a holdout and five fold models. Tables are made in
``--folder`` and kept there.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from processes import HEADRACE, machine, measure, median_cost
from tables import FEATURES, make_table

if TYPE_CHECKING:
    from processes import Cost

NAME = "linreg"


def main() -> None:
    options = _options()
    folder = options.folder / "training"
    results = {}
    for rows in options.rows:
        table = make_table(folder, rows, labelled=True)
        costs = []
        for run in range(options.runs):
            print(f"{rows:,} rows: run {run + 1} of {options.runs}", file=sys.stderr)
            costs.append(_train(table, folder))
        results[rows] = median_cost(costs)
    if options.json:
        sizes = {rows: asdict(cost) for rows, cost in results.items()}
        print(json.dumps({"machine": machine(), "runs": options.runs, "rows": sizes}, indent=2))
    else:
        _print(results, options.runs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 2_000_000, 10_000_000])
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir(), "headrace-bench")
    )
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    return parser.parse_args()


def _train(table: Path, folder: Path) -> Cost:
    cost = measure(
        [
            *(HEADRACE, "train", NAME, "--root", folder, "--model", NAME, "--input", table),
            *("--set", f"features=[{', '.join(FEATURES)}]", "--set", "target=y"),
            *("--set", "key=[id]", "--json"),
        ]
    )
    shutil.rmtree(folder / "models" / NAME)  # or the next run would be done already
    return cost


def _print(results: dict[int, Cost], runs: int) -> None:
    print(f"medians of {runs}; {machine()}")
    print(f"{'rows':>12}{'wall s':>8}{'CPU s':>8}{'MB':>7}")
    for rows, cost in results.items():
        print(f"{rows:12,}{cost.wall:8.2f}{cost.cpu:8.2f}{cost.megabytes:7.0f}")


if __name__ == "__main__":
    main()
