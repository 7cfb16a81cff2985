"""What transforms that learn the target need, so that none leaks; known before any data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from headrace.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headrace.models.preparation import Chain

__all__ = ["FEWEST_FOLDS", "encoding_faults"]

FEWEST_FOLDS: Final = 3
"""A row of one fold, prepared for the model of another, needs rows of a third."""


def encoding_faults(chains: Sequence[Chain], n_folds: int) -> list[RequestError]:
    """Return what is wrong with chains that learn the target.

    Parameters
    ----------
    chains : sequence of Chain
    n_folds : int
        Of the params.
    """
    return [fault for chain in chains for fault in _faults(chain, n_folds)]


def _faults(chain: Chain, n_folds: int) -> Iterator[RequestError]:
    steps = list(zip(chain.names, chain.transforms, strict=True))
    for place, (name, transform) in enumerate(steps):
        if not transform.reads_target:
            continue
        if n_folds < FEWEST_FOLDS:
            yield RequestError(
                f"Transform '{name}' of feature '{chain.feature}' learns the target by fold, and "
                f"folds is {n_folds}; wanted {FEWEST_FOLDS} and more, for a row is prepared by "
                "folds that are neither its own nor that of the fold model fitted on it",
                where=f"transforms.{chain.feature}",
                fix=f"set folds to {FEWEST_FOLDS} or more, and a key",
            )
        for other, following in steps[place + 1 :]:
            if following.statistic() is not None:
                yield RequestError(
                    f"Transform '{other}' of feature '{chain.feature}' comes after '{name}' and "
                    "learns from what comes out of it, which tells of targets and differs from "
                    "fold to fold",
                    where=f"transforms.{chain.feature}",
                    fix=f"leave '{other}' out, or give it what it would learn as options",
                )
