"""What metrics are computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Predictions"]


@dataclass(frozen=True, slots=True)
class Predictions:
    """Targets and predictions of n rows.

    Parameters
    ----------
    target, prediction : ndarray of float64, shape (n,)
        Finite.
    weight : ndarray of float64, shape (n,), optional
    """

    target: npt.NDArray[np.float64]
    prediction: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64] | None = None
