"""Survey: what one pass over training rows shows of them, for fits that stream shards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headrace.errors import DataError

if TYPE_CHECKING:
    import numpy.typing as npt

    from headrace.data.features import Feature, Features
    from headrace.data.numbers import FloatArray

__all__ = ["Survey", "narrowed"]


class Survey:
    """Counts rows, and finds columns that have one value only.

    Parameters
    ----------
    n_rows : int
    features : tuple of Feature
        Of no rows: names and numbers of categories.
    """

    def __init__(self) -> None:
        self.n_rows = 0
        self.features: tuple[Feature, ...] = ()
        self._has_weight = False
        self._target = _OnlyValue()
        self._columns: list[_OnlyValue] = []

    def add(self, features: Features, target: FloatArray, weight: FloatArray | None) -> None:
        """Add a batch of n rows, in the precision of the fit.

        Parameters
        ----------
        features : Features
        target : ndarray, shape (n,)
        weight : ndarray, shape (n,), optional
        """
        if not features.n_rows:
            return
        if not self.features:
            self.features = features.rows(np.zeros(features.n_rows, bool)).columns
            self._columns = [_OnlyValue() for _ in self.features]
        self.n_rows += features.n_rows
        self._has_weight = self._has_weight or weight is None or bool(weight.any())
        self._target.add(target)
        for column, only in zip(features.columns, self._columns, strict=True):
            only.add(column.values)

    @property
    def constant_features(self) -> tuple[str, ...]:
        """Names of the features that have one value, or none but missing ones."""
        return tuple(
            feature.name
            for feature, only in zip(self.features, self._columns, strict=True)
            if only.is_constant
        )

    @property
    def constant_target(self) -> float | None:
        """The target of all rows, where they have the same."""
        return self._target.value if self._target.is_constant else None

    def check_weights(self) -> None:
        """Refuse rows none of which counts.

        Raises
        ------
        DataError
            All weights are 0.
        """
        if not self._has_weight:
            raise DataError("All weights of the training rows are 0")

    def warnings(self, *, is_constant: bool) -> tuple[str, ...]:
        """Return what the manifest should warn of.

        Parameters
        ----------
        is_constant : bool
            Whether the fitted model gives every row the same prediction.
        """
        if self.n_rows == 1:
            return ("fitted on a single row",)
        warnings = []
        if self.constant_target is not None:
            warnings.append(f"the target is {self.constant_target:g} in all training rows")
        elif is_constant:
            warnings.append("every row gets the same prediction")
        if self.constant_features:
            listed = ", ".join(self.constant_features)
            warnings.append(f"constant features, of no use to the model: {listed}")
        return tuple(warnings)


class _OnlyValue:
    """Whether a column has one value; costs nothing once it has two."""

    def __init__(self) -> None:
        self.value: float | None = None
        self.is_constant = True

    def add(self, values: FloatArray) -> None:
        if not self.is_constant:
            return
        if self.value is None:
            self.value = float(values[0])
        is_same = np.isnan(values) if np.isnan(self.value) else values == self.value
        self.is_constant = bool(is_same.all())


def narrowed(values: npt.NDArray[np.float64], role: str) -> npt.NDArray[np.float32]:
    """Return values as float32, for libraries that keep targets and weights in it.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
    role : str
        What they are, for the message.

    Raises
    ------
    DataError
        A value is beyond float32.
    """
    with np.errstate(over="ignore"):
        narrow = values.astype(np.float32)
    if not np.isfinite(narrow).all():
        raise DataError(
            f"A {role} has magnitude {np.abs(values).max():.3g}; the fit computes in float32, up "
            f"to {np.finfo(np.float32).max:.3g}",
            fix=f"scale the {role}",
        )
    return narrow
