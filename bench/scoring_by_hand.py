"""Score a Parquet file as one would by hand, tuned: the other side of ``scoring.py``.

    python bench/scoring_by_hand.py lgbm|linreg|xgb MODEL_FILE INPUT.parquet OUTPUT_FOLDER

A thread for each core takes row groups; each reads in batches, predicts, and writes a part with
all columns and the prediction. It checks nothing, and what it leaves after a kill is half a folder.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

Predict = Callable[[pa.RecordBatch], pa.Array]

BATCH_ROWS = 131_072


def load_linear(path: Path) -> Predict:
    state = json.loads(path.read_text())
    intercept, coefficients = state["intercept"], state["coefficients"]

    def predict(batch: pa.RecordBatch) -> pa.Array:
        prediction = np.full(batch.num_rows, intercept)
        term = np.empty(batch.num_rows)
        for name, coefficient in coefficients.items():
            np.multiply(batch.column(name).to_numpy(), coefficient, out=term, dtype=np.float64)
            prediction += term
        return pa.array(prediction)

    return predict


def load_xgb(path: Path) -> Predict:
    import xgboost as xgb  # noqa: PLC0415 - not to score by a linear model

    booster = xgb.Booster(model_file=path)
    booster.set_param({"nthread": 1})

    def predict(batch: pa.RecordBatch) -> pa.Array:
        return pa.array(booster.inplace_predict(_matrix(batch), validate_features=False))

    return predict


def load_lgbm(path: Path) -> Predict:
    import lightgbm as lgb  # noqa: PLC0415 - not to score by another model

    booster = lgb.Booster(model_file=path)

    def predict(batch: pa.RecordBatch) -> pa.Array:
        return pa.array(booster.predict(_matrix(batch), num_threads=1))

    return predict


def _matrix(batch: pa.RecordBatch) -> np.ndarray:
    names = [name for name in batch.schema.names if name.startswith("x")]
    matrix = np.empty((batch.num_rows, len(names)), np.float32)
    for index, name in enumerate(names):
        matrix[:, index] = batch.column(name).to_numpy()
    return matrix


def score_row_group(source: str, row_group: int, target: Path, predict: Predict) -> None:
    with pq.ParquetFile(source, memory_map=True) as file:
        schema = None
        batches = file.iter_batches(BATCH_ROWS, row_groups=[row_group], use_threads=False)
        for batch in batches:
            scored = batch.append_column("prediction", predict(batch))
            if schema is None:
                schema = scored.schema
                path = target / f"part-{row_group:05d}.parquet"
                writer = pq.ParquetWriter(path, schema, use_dictionary=False)
            writer.write_batch(scored)
        if schema is not None:
            writer.close()


def main() -> None:
    kind, model, source, folder = sys.argv[1:]
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    predict = {"lgbm": load_lgbm, "linreg": load_linear, "xgb": load_xgb}[kind](Path(model))
    row_groups = range(pq.read_metadata(source).num_row_groups)
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for done in [
            pool.submit(score_row_group, source, row_group, target, predict)
            for row_group in row_groups
        ]:
            done.result()


if __name__ == "__main__":
    main()
