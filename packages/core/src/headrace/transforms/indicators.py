"""Indicators: columns of 0 and 1 that say which rows have a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["indicators"]


def indicators(codes: npt.NDArray[np.number], n: int) -> npt.NDArray[np.float64]:
    """Return where the codes 1 to n are, none for the code 0; shape (n, rows).

    The columns are rows of one block: a block is allocated faster than as many arrays.
    """
    block = np.empty((n, len(codes)))
    for code in range(1, n + 1):
        np.copyto(block[code - 1], codes == code)
    return block
