"""Add exact sums of products beside plain ones, which NumPy makes: rows a CPU second.

    python bench/exact_sums.py [--rows 1_000_000] [--columns 12] [--runs 5] [--json]

One thread, on columns in memory, in the batches that reading brings: neither imports nor reading
count. To the columns come a constant and a target, as in linear regression. Powers are columns
that no float64 holds.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy

import argparse
import json
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from processes import machine

from headrace.data.expansions import powers
from headrace.data.shards import BATCH_ROWS
from headrace.statistics import ExactGram
from headrace.statistics.exact import GramItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy.typing as npt

Columns = list["npt.NDArray[np.float64] | npt.NDArray[np.float32]"]
DEGREES = (3, 10)


def main() -> None:
    options = _options()
    random = np.random.default_rng(0)
    results: dict[str, dict[str, float]] = {}
    for dtype in (np.float64, np.float32):
        features = [
            random.standard_normal(options.rows).astype(dtype) for _ in range(options.columns)
        ]
        target = random.standard_normal(options.rows)
        sides = {
            "exact": lambda columns=(features, target): _exact(*columns),
            "plain": lambda columns=(features, target): _plain(*columns),
        }
        results[f"{options.columns} columns of {np.dtype(dtype)}"] = _measure(
            sides, options.rows, options.runs
        )
    few = options.rows // 10
    x, y = random.uniform(-9, -3, few), random.standard_normal(few)
    for degree in DEGREES:
        sides = {
            "exact": lambda degree=degree: _exact_powers(x, y, degree),
            "plain": lambda degree=degree: _plain_powers(x, y, degree),
        }
        results[f"powers to x^{degree} of float64"] = _measure(sides, few, options.runs)
    if options.json:
        found = {"machine": machine(), "runs": options.runs, "M rows a CPU second": results}
        print(json.dumps(found, indent=2))
    else:
        _print(results, options.runs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=12)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    return parser.parse_args()


def _measure(sides: dict[str, Callable[[], object]], rows: int, runs: int) -> dict[str, float]:
    """Return millions of rows a CPU second of each side; sides take turns."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for run in range(runs):
        print(f"run {run + 1} of {runs}", file=sys.stderr)
        for name, side in sides.items():
            started = time.process_time()
            side()
            seconds[name].append(time.process_time() - started)
    return {name: rows / median(taken) / 1e6 for name, taken in seconds.items()}


def _batches(columns: Sequence[npt.NDArray[np.float64]]) -> Iterator[Columns]:
    for start in range(0, len(columns[0]), BATCH_ROWS):
        cut = [column[start : start + BATCH_ROWS] for column in columns]
        yield [np.ones(len(cut[0])), *cut]


def _exact(features: Columns, target: npt.NDArray[np.float64]) -> object:
    gram = ExactGram(len(features) + 2)
    state = gram.zero()
    for columns in _batches([*features, target]):
        state = gram.add(state, GramItem(columns))
    return gram.finish(state)


def _plain(features: Columns, target: npt.NDArray[np.float64]) -> object:
    total: object = 0
    for columns in _batches([*features, target]):
        matrix = np.column_stack(columns)
        total = total + matrix.T @ matrix
    return total


def _exact_powers(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], degree: int) -> object:
    gram = ExactGram(degree + 2)
    state = gram.zero()
    for constant, base, target in _batches([x, y]):
        columns = [constant, base, *powers(base, degree), target]
        state = gram.add(state, GramItem(columns))
    return gram.finish(state)


def _plain_powers(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], degree: int) -> object:
    total: object = 0
    for constant, base, target in _batches([x, y]):
        columns = [constant, base]
        for _ in range(2, degree + 1):
            columns.append(columns[-1] * base)
        matrix = np.column_stack([*columns, target])
        total = total + matrix.T @ matrix
    return total


def _print(results: dict[str, dict[str, float]], runs: int) -> None:
    print(f"millions of rows a CPU second, medians of {runs}; {machine()}")
    print(f"{'':32}{'exact':>8}{'plain':>8}{'ratio':>8}")
    for name, found in results.items():
        ratio = found["exact"] / found["plain"]
        print(f"{name:32}{found['exact']:8.2f}{found['plain']:8.2f}{ratio:8.3f}")


if __name__ == "__main__":
    main()
