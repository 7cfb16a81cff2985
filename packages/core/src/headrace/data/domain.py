"""The numbers that something is defined for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from headrace.data.numbers import FloatArray

__all__ = ["Domain"]


@dataclass(frozen=True, slots=True)
class Domain:
    """All numbers above one.

    It is convex: means and medians of numbers within it are within it.
    """

    above: float

    def __str__(self) -> str:
        return f"above {self.above:g}"

    def outside(self, values: FloatArray) -> npt.NDArray[np.bool_]:
        """Return which numbers are outside, shape (n,); missing ones are not."""
        return np.asarray(values <= self.above)
