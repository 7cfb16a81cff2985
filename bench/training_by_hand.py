"""Fit a linear regression as one would by hand: the other sides of ``training.py``.

    python bench/training_by_hand.py sklearn|numpy INPUT.parquet

``sklearn`` reads all rows into memory and calls `LinearRegression`. ``numpy`` streams batches of
131,072 rows, adds up the plain float64 products of centred columns, and solves the normal
equations. Both print their coefficients as JSON; neither checks a row, keeps a holdout or saves
anything.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import pyarrow.parquet as pq

BATCH_ROWS = 131_072
TARGET = "y"


def by_sklearn(path: str, features: list[str]) -> list[float]:
    from sklearn.linear_model import LinearRegression  # noqa: PLC0415 - not for the other way

    frame = pq.read_table(path, columns=[*features, TARGET]).to_pandas()
    model = LinearRegression().fit(frame[features], frame[TARGET])
    return [float(model.intercept_), *map(float, model.coef_)]


def by_numpy(path: str, features: list[str]) -> list[float]:
    size = len(features) + 2
    gram = np.zeros((size, size))
    shift = np.zeros(size)
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH_ROWS, columns=[*features, TARGET]):
            rows = np.ones((batch.num_rows, size))
            for index, name in enumerate((*features, TARGET), 1):
                rows[:, index] = batch.column(name).to_numpy()
            if not gram.any():  # near the means, so that few digits are lost
                shift[1:] = rows[:, 1:].mean(axis=0)
            rows -= shift
            gram += rows.T @ rows
    solution = np.linalg.solve(gram[:-1, :-1], gram[:-1, -1])
    slopes = solution[1:]
    intercept = solution[0] + shift[-1] - slopes @ shift[1:-1]
    return [float(intercept), *map(float, slopes)]


def main() -> None:
    way, path = sys.argv[1:]
    features = [name for name in pq.read_schema(path).names if name.startswith("x")]
    print(json.dumps({"sklearn": by_sklearn, "numpy": by_numpy}[way](path, features)))


if __name__ == "__main__":
    main()
