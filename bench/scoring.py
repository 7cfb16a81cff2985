"""Score Parquet to Parquet by ``headrace score`` and by hand, side by side.

    python bench/scoring.py [--rows 10_000_000] [--runs 3] [--pipelines lgbm linreg xgb] [--json]

Both sides score the same file with the same model, in turn, as whole programs; then their
predictions are compared, bit for bit. Both also score a table of 1,000 rows, which is little but
starting up: what is beyond it is the work itself. Numbers are medians. Tables are made in
``--folder`` and kept there.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from processes import HEADRACE, machine, measure, median_cost
from tables import FEATURES, make_table

if TYPE_CHECKING:
    from processes import Cost

BY_HAND = Path(__file__).with_name("scoring_by_hand.py")
START_ROWS = 1_000
TRAINING_ROWS = 1_000_000
MODEL_VERSION = "bench-1"
MODEL_FILES = {"lgbm": "model.txt", "linreg": "linear.json", "xgb": "model.ubj"}
PARAMS = {
    "lgbm": ["--set", "rounds=100", "--set", "num_leaves=63"],
    "linreg": [],
    "xgb": ["--set", "rounds=100", "--set", "max_depth=6"],
}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: what scoring all rows takes, and starting up alone."""

    whole: Cost
    start: Cost

    @property
    def work(self) -> float:
        """CPU seconds beyond starting up."""
        return self.whole.cpu - self.start.cpu


def main() -> None:
    options = _options()
    folder = options.folder / "scoring"
    tables = {rows: make_table(folder, rows, labelled=False) for rows in (options.rows, START_ROWS)}
    results = {}
    for pipeline in options.pipelines:
        model = _train(pipeline, folder)
        ours, theirs = [], []
        for run in range(options.runs):
            print(f"{pipeline}: run {run + 1} of {options.runs}", file=sys.stderr)
            ours.append(_both(pipeline, folder, tables, run))
            theirs.append(_both_by_hand(pipeline, model, folder, tables))
            (ours_in,) = folder.glob(f"datasets/{pipeline}/versions/run-{run}/*/")
            _compare(ours_in, folder / "by-hand")
            shutil.rmtree(folder / f"datasets/{pipeline}")
            shutil.rmtree(folder / "by-hand")
        results[pipeline] = {"headrace": _medians(ours), "by hand": _medians(theirs)}
    if options.json:
        print(json.dumps(_as_json(results, options.rows, options.runs), indent=2))
    else:
        _print(results, options.rows, options.runs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--pipelines", nargs="+", choices=sorted(PARAMS), default=sorted(PARAMS))
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir(), "headrace-bench")
    )
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    return parser.parse_args()


def _train(pipeline: str, folder: Path) -> Path:
    """Return the file of a model trained on other rows, by either side's way to load it."""
    shutil.rmtree(folder / "models" / pipeline, ignore_errors=True)
    measure(
        [
            *(HEADRACE, "train", pipeline, "--root", folder, "--model", pipeline),
            *("--input", make_table(folder, TRAINING_ROWS, labelled=True)),
            *("--version", MODEL_VERSION, "--set", f"features=[{', '.join(FEATURES)}]"),
            *("--set", "target=y", "--set", "holdout=0", "--set", "folds=0"),
            *PARAMS[pipeline],
        ]
    )
    (path,) = folder.glob(
        f"models/{pipeline}/versions/{MODEL_VERSION}/*/model/{MODEL_FILES[pipeline]}"
    )
    return path


def _both(pipeline: str, folder: Path, tables: dict[int, Path], run: int) -> Side:
    costs = {}
    for rows, table in tables.items():
        version = f"run-{run}" if rows > START_ROWS else f"start-{run}"
        costs[rows] = measure(
            [
                *(HEADRACE, "score", pipeline, "--root", folder, "--input", table, "--json"),
                *(
                    "--model",
                    f"{pipeline}@{MODEL_VERSION}",
                    "--output",
                    pipeline,
                    "--version",
                    version,
                ),
            ]
        )
    return Side(costs[max(costs)], costs[START_ROWS])


def _both_by_hand(pipeline: str, model: Path, folder: Path, tables: dict[int, Path]) -> Side:
    costs = {}
    for rows, table in tables.items():
        target = folder / ("by-hand" if rows > START_ROWS else "by-hand-start")
        costs[rows] = measure([sys.executable, BY_HAND, pipeline, model, table, target])
    shutil.rmtree(folder / "by-hand-start")
    return Side(costs[max(costs)], costs[START_ROWS])


def _compare(ours: Path, theirs: Path) -> None:
    """Read both predictions, the last columns, and end where a bit differs."""
    columns = [
        pa.chunked_array(
            [
                chunk
                for part in sorted(folder.glob("*.parquet"))
                for chunk in pq.ParquetFile(part).read([_last_column(part)]).column(0).chunks
            ]
        )
        for folder in (ours, theirs)
    ]
    if not columns[0].equals(columns[1]):
        sys.exit(f"the predictions in {ours} and {theirs} differ")


def _last_column(part: Path) -> str:
    return str(pq.read_schema(part).names[-1])


def _medians(sides: list[Side]) -> Side:
    return Side(
        median_cost([side.whole for side in sides]), median_cost([side.start for side in sides])
    )


def _as_json(results: dict[str, dict[str, Side]], rows: int, runs: int) -> dict[str, object]:
    return {
        "machine": machine(),
        "rows": rows,
        "runs": runs,
        "pipelines": {
            pipeline: {name: asdict(side) | {"work_cpu": side.work} for name, side in sides.items()}
            | {"ratios": _ratios(sides)}
            for pipeline, sides in results.items()
        },
    }


def _ratios(sides: dict[str, Side]) -> dict[str, float]:
    """Return by how much a number of ours is that of the script's; for memory, of what it takes."""
    ours, theirs = sides["headrace"], sides["by hand"]
    return {
        "rows per second": theirs.whole.wall / ours.whole.wall,
        "rows per CPU second": theirs.whole.cpu / ours.whole.cpu,
        "rows per CPU second without start": theirs.work / ours.work,
        "memory": ours.whole.megabytes / theirs.whole.megabytes,
    }


def _print(results: dict[str, dict[str, Side]], rows: int, runs: int) -> None:
    print(f"{rows:,} rows, medians of {runs}; {machine()}")
    print(f"{'':17}{'wall s':>8}{'CPU s':>8}{'start':>8}{'work':>8}{'M rows/CPU s':>14}{'MB':>7}")
    for pipeline, sides in results.items():
        for name, side in sides.items():
            print(
                f"{pipeline:7}{name:10}{side.whole.wall:8.2f}{side.whole.cpu:8.2f}"
                f"{side.start.cpu:8.2f}{side.work:8.2f}{rows / 1e6 / side.work:14.2f}"
                f"{side.whole.megabytes:7.0f}"
            )
        ratios = _ratios(sides)
        print("       " + ", ".join(f"{name} {value:.2f}" for name, value in ratios.items()))


if __name__ == "__main__":
    main()
