"""Tables to measure on: twelve columns of float32 and a key, made once and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

__all__ = ["FEATURES", "ROW_GROUP_ROWS", "make_table"]

FEATURES: Final = tuple(f"x{index:02d}" for index in range(12))
ROW_GROUP_ROWS: Final = 1_000_000


def make_table(folder: Path, rows: int, *, labelled: bool) -> Path:
    """Return a Parquet file of a number of rows; write it if it is not there.

    Values are normally distributed, which neither a dictionary nor compression makes smaller. A
    labelled table has a column ``y`` as well: a linear function, a product that only trees find,
    and noise.
    """
    path = folder / f"{'labelled' if labelled else 'features'}-{rows}.parquet"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    fields = [pa.field("id", pa.int64()), *(pa.field(name, pa.float32()) for name in FEATURES)]
    if labelled:
        fields.append(pa.field("y", pa.float64()))
    schema = pa.schema(fields)
    random = np.random.default_rng(rows)
    unfinished = path.with_suffix(".unfinished")
    with pq.ParquetWriter(unfinished, schema) as writer:
        for start in range(0, rows, ROW_GROUP_ROWS):
            n_rows = min(ROW_GROUP_ROWS, rows - start)
            features = [random.standard_normal(n_rows, np.float32) for _ in FEATURES]
            columns = [pa.array(np.arange(start, start + n_rows)), *map(pa.array, features)]
            if labelled:
                columns.append(pa.array(_target(features, random)))
            table = pa.table(columns, schema=schema)
            writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
    unfinished.rename(path)
    return path


def _target(
    features: list[npt.NDArray[np.float32]], random: np.random.Generator
) -> npt.NDArray[np.float64]:
    target: npt.NDArray[np.float64] = random.standard_normal(len(features[0]))
    for index, column in enumerate(features):
        target += (index - 5.5) * column
    target += features[0] * features[1]
    return target
