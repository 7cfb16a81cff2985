"""Keep what a release writes: ``python tests/compat/make_bundles.py 0.1 [PIPELINE]...``.

Trains pipelines on a few rows, scores by them, and puts models, datasets, alias logs, catalog and
flow into ``bundles/0.1``. What lies there already stays as it is, for a release is made only once.
Run it with the release's locked dependencies on its lowest Python, and commit the result.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
import yaml

from headrace.storage import Versions
from headrace.testing.data import regression_sample, sample_params

HERE: Final = Path(__file__).parent
FLOWS: Final = HERE.parents[1] / "orchestration" / "flows"
HEADRACE: Final = Path(sys.executable).with_name("headrace")
VERSION: Final = "v1"
N_ROWS: Final = 100
PLACE: Final = "/compat"
"""Stands in manifests for the folder in which they were made."""
FEATURES: Final = ("x", "count", "gap", "color", "at")
STAGES: Final = {
    "linreg": ("rows.parquet", ()),
    "xgb": ("datasets/linreg.folds@v1", ("rounds=4", "max_depth=3")),
    "lgbm": ("datasets/linreg.folds@v1", ("rounds=4", "num_leaves=6")),
}
"""Pipeline to its input, and its params beyond those that all have."""
SCORINGS: Final = {"full": "--keep=id", "folds": "--out-of-fold"}
"""Last part of a dataset's name to the option that it is scored with."""


def main(release: str, *pipelines: str) -> None:
    """Add to a release's folder what is missing of some pipelines, or of all."""
    kept = HERE / "bundles" / release
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        if kept.exists():
            shutil.copytree(kept, root, dirs_exist_ok=True)
        else:
            _start(root)
        for pipeline in pipelines or STAGES:
            if not (root / "models" / pipeline).exists():
                _make(root, pipeline)
        for manifest in root.rglob("_manifest.json"):
            manifest.write_text(manifest.read_text("utf-8").replace(str(root), PLACE), "utf-8")
        shutil.copytree(root, kept, dirs_exist_ok=True, ignore=shutil.ignore_patterns("staging"))
    size = sum(file.stat().st_size for file in kept.rglob("*") if file.is_file())
    sys.stdout.write(f"{kept}: {size:,} bytes\n")


def _start(root: Path) -> None:
    pq.write_table(regression_sample(N_ROWS), root / "rows.parquet", compression="zstd")
    catalog = json.loads(_headrace(root, "catalog"))
    (root / "catalog.json").write_text(json.dumps(catalog) + "\n", "utf-8")
    shutil.copy(FLOWS / "flights.yaml", root)
    shutil.copytree(FLOWS / "flights", root / "flights")


def _make(root: Path, pipeline: str) -> None:
    """Train a pipeline, let an alias mean the model, score by it in both ways."""
    source, settings = STAGES[pipeline]
    params = sample_params() | {"folds": 2}
    if source != "rows.parquet":
        params["features"] = [*FEATURES, "linreg_prediction"]
    (root / "params.yaml").write_text(yaml.safe_dump(params), "utf-8")
    read = f"--input={root / source}"
    common = [f"--version={VERSION}", f"--root={root}"]
    chosen = ["--params=params.yaml", *(f"--set={setting}" for setting in settings)]
    _headrace(root, "train", pipeline, read, f"--model={pipeline}", *chosen, *common)
    (root / "params.yaml").unlink()
    Versions(str(root / "models" / pipeline), "model").aliases.move("champion", VERSION)
    model = f"--model={pipeline}@champion"
    for name, option in SCORINGS.items():
        output = f"--output={pipeline}.{name}"
        _headrace(root, "score", pipeline, read, model, output, option, *common)


def _headrace(root: Path, *arguments: str) -> str:
    done = subprocess.run([HEADRACE, *arguments], check=True, text=True, stdout=-1, cwd=root)
    return done.stdout


if __name__ == "__main__":
    if len(sys.argv) == 1:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
