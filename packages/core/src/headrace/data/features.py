"""What a model sees of a batch: named columns of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from headrace.data.expansions import Expansion
    from headrace.data.numbers import FloatArray

__all__ = ["Feature", "Features", "TrainingBatch"]

_GREATEST: Final = float(np.finfo(np.float32).max)


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of numbers.

    Parameters
    ----------
    name : str
    values : ndarray of float32 or float64, shape (n,)
        NaN where missing; whole numbers from 0 where the column holds codes of categories.
    n_categories : int, optional
        Number of categories, where the column holds their codes.
    corrections : tuple of ndarray of float64, each of shape (n,)
        What the values, rounded, leave out of products that no float64 holds; usually nothing.
    """

    name: str
    values: FloatArray
    n_categories: int | None = None
    corrections: Expansion = ()

    @property
    def exact(self) -> FloatArray | Expansion:
        """The values, or where they are rounded the terms of their exact ones."""
        if not self.corrections:
            return self.values
        return (self.values.astype(np.float64, copy=False), *self.corrections)


@dataclass(frozen=True, slots=True)
class Features:
    """The feature columns of n rows, in the model's order."""

    columns: tuple[Feature, ...]
    n_rows: int

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    def matrix(self) -> npt.NDArray[np.float32]:
        """Return the columns as one row-major matrix of float32, shape (n, p).

        A magnitude beyond float32 becomes float32's greatest, so that it keeps its place in the
        order of values.
        """
        matrix = np.empty((self.n_rows, len(self.columns)), np.float32)
        for index, column in enumerate(self.columns):
            _narrow(column.values, matrix[:, index])
        return matrix

    def rows(self, chosen: npt.NDArray[np.bool_]) -> Features:
        """Return the rows where ``chosen``, of shape (n,), is true."""
        columns = tuple(
            Feature(
                column.name,
                column.values[chosen],
                column.n_categories,
                tuple(term[chosen] for term in column.corrections),
            )
            for column in self.columns
        )
        return Features(columns, int(np.count_nonzero(chosen)))


def _narrow(values: FloatArray, out: npt.NDArray[np.float32]) -> None:
    try:
        with np.errstate(over="raise"):
            out[:] = values
    except FloatingPointError:
        out[:] = np.where(np.isinf(values), values, np.clip(values, -_GREATEST, _GREATEST))


@dataclass(frozen=True, slots=True)
class TrainingBatch:
    """Rows to fit a model on.

    Parameters
    ----------
    features : Features
        n rows.
    target : ndarray of float64, shape (n,)
        Finite.
    weight : ndarray of float64, shape (n,), optional
        Finite and not negative.
    """

    features: Features
    target: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64] | None

    def rows(self, chosen: npt.NDArray[np.bool_]) -> TrainingBatch:
        """Return the rows where ``chosen``, of shape (n,), is true."""
        weight = None if self.weight is None else self.weight[chosen]
        return TrainingBatch(self.features.rows(chosen), self.target[chosen], weight)
