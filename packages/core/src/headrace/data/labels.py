"""What is known of training rows beside their features: target, weight and fold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

__all__ = ["LabelledColumn", "Labels"]


@dataclass(frozen=True, slots=True)
class Labels:
    """Of n training rows.

    Parameters
    ----------
    target : ndarray of float64, shape (n,)
        Finite.
    weight : ndarray of float64, shape (n,), optional
        Finite and not negative.
    folds : ndarray of int64, shape (n,)
        From 0.
    n_folds : int
        How many folds there are; a batch may have rows of some only.
    """

    target: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64] | None
    folds: npt.NDArray[np.int64]
    n_folds: int


@dataclass(frozen=True, slots=True)
class LabelledColumn:
    """A column of training rows, with their labels."""

    values: pa.Array
    labels: Labels
