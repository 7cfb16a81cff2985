"""What LightGBM wants of all rows at once: targets and weights, eight bytes a row at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headrace.models.survey import Survey, narrowed

if TYPE_CHECKING:
    import numpy.typing as npt

    from headrace.models import Shards

__all__ = ["Labels", "labels_of"]


@dataclass(frozen=True, slots=True)
class Labels:
    """Targets and weights of n rows, and what else the pass that gathered them has seen.

    Parameters
    ----------
    target : ndarray of float32, shape (n,)
    weight : ndarray of float32, shape (n,), optional
    lengths : tuple of int
        Rows of each batch.
    survey : Survey
    """

    target: npt.NDArray[np.float32]
    weight: npt.NDArray[np.float32] | None
    lengths: tuple[int, ...]
    survey: Survey


def labels_of(shards: Shards) -> Labels:
    """Go through shards once.

    Raises
    ------
    DataError
        A target or weight is beyond float32.
    """
    survey = Survey()
    lengths = []
    targets = []
    weights = []
    for batch in shards:
        target = narrowed(batch.target, "target")
        weight = None if batch.weight is None else narrowed(batch.weight, "weight")
        survey.add(batch.features, target, weight)
        lengths.append(len(target))
        targets.append(target)
        if weight is not None:
            weights.append(weight)
    return Labels(
        np.concatenate(targets),
        np.concatenate(weights) if weights else None,
        tuple(lengths),
        survey,
    )
