"""Sample data: small tables with all that pipelines meet, the same on every machine."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    import numpy.typing as npt
    from pydantic import JsonValue

__all__ = ["SAMPLE_ROWS", "binary_sample", "regression_sample", "sample_params"]

SAMPLE_ROWS: Final = 2_000

_START = datetime(2026, 1, 1)  # noqa: DTZ001 - a timestamp without a time zone
_COLORS = ("red", "green", "blue", None)
_EFFECTS = (0.0, 1.5, -1.0, 0.5)
_MIDDLE: Final = 3.4  # half of the signals are above


def regression_sample(n_rows: int = SAMPLE_ROWS, seed: int = 0) -> pa.Table:
    """Return a table whose target is a number.

    Parameters
    ----------
    n_rows : int
    seed : int
        The same seed gives the same rows.

    Returns
    -------
    pyarrow.Table
        ``id`` (int64, distinct, not sorted), ``x`` (double), ``count`` (int32), ``gap`` (double,
        one in ten null), ``color`` (string, three values and null), ``at`` (timestamp),
        ``weight`` (double, positive), and the target ``y`` (double, some 3% null): a sum of what
        the others contribute, and noise.
    """
    columns, signal, generator = _features(n_rows, seed)
    target = np.round(signal + generator.normal(0, 0.3, n_rows), 6)
    return pa.table({**columns, "y": _with_nulls(target, generator, 0.03, pa.float64())})


def binary_sample(n_rows: int = SAMPLE_ROWS, seed: int = 0) -> pa.Table:
    """Return a table as `regression_sample` does, but with a target of 0 and 1 (int64)."""
    columns, signal, generator = _features(n_rows, seed)
    target = (signal + generator.normal(0, 1.0, n_rows) > _MIDDLE).astype(np.int64)
    return pa.table({**columns, "y": _with_nulls(target, generator, 0.03, pa.int64())})


def sample_params() -> dict[str, JsonValue]:
    """Return params that fit both samples: every feature, with the transforms that they need."""
    return {
        "features": ["x", "count", "gap", "color", "at"],
        "target": "y",
        "key": ["id"],
        "weight": "weight",
        "folds": 3,
        "transforms": {"gap": ["impute"], "at": [{"calendar": {"parts": ["weekday", "hour"]}}]},
    }


def _features(
    n_rows: int, seed: int
) -> tuple[dict[str, Any], npt.NDArray[np.float64], np.random.Generator]:
    generator = np.random.default_rng(seed)
    x = np.round(generator.normal(0, 1, n_rows), 6)
    count = generator.integers(0, 20, n_rows)
    gap = np.round(generator.normal(10, 2, n_rows), 6)
    color = generator.integers(0, len(_COLORS), n_rows)
    minutes = generator.integers(0, 365 * 24 * 60, n_rows)
    hour = minutes // 60 % 24
    signal = 2 * x - 0.25 * count + 0.5 * gap + np.array(_EFFECTS)[color] + 0.05 * hour
    columns = {
        "id": generator.permutation(n_rows) + 1_000,
        "x": x,
        "count": pa.array(count, pa.int32()),
        "gap": _with_nulls(gap, generator, 0.1, pa.float64()),
        "color": pa.array([_COLORS[code] for code in color], pa.string()),
        "at": pa.array(
            [_START + timedelta(minutes=int(minute)) for minute in minutes], pa.timestamp("us")
        ),
        "weight": np.round(generator.uniform(0.5, 2, n_rows), 3),
    }
    return columns, signal, generator


def _with_nulls(
    values: npt.NDArray[Any], generator: np.random.Generator, share: float, type_: pa.DataType
) -> pa.Array:
    return pa.array(values, type_, mask=generator.random(len(values)) < share)
