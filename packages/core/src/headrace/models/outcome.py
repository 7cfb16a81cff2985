"""What may come out of a list of transforms where there is a value: whether it may be missing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headrace.data.domain import Domain
    from headrace.models.transform import Transform

__all__ = ["Outcome", "outcome_of"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a model that takes no missing numbers has to know.

    Parameters
    ----------
    may_be_missing : bool
        Whether a value that is there may come out missing, and no look at it beforehand tells.
    domain : Domain, optional
        Where the column's own values come out as numbers; those outside come out missing.
    """

    may_be_missing: bool = False
    domain: Domain | None = None


def outcome_of(transforms: Iterable[Transform]) -> Outcome:
    """Return what may come out of transforms, one after the other.

    A transform's domain can be held against the column only if the values are still the column's
    own there. What an earlier transform is known to keep them above may make that needless.
    """
    may_be_missing, domain = False, None
    are_own, least = True, -math.inf
    for transform in transforms:
        if transform.handles_missing:
            may_be_missing, domain = False, None
        if transform.domain is None:
            may_be_missing |= transform.makes_missing
        elif least <= transform.domain.above:
            if are_own and domain is None:
                domain = transform.domain
            else:
                may_be_missing = True
        are_own &= transform.keeps_values
        least = -math.inf if transform.least is None else transform.least
    return Outcome(may_be_missing, domain)
