"""The order of steps: what comes before what, and how a circle is told."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["find_cycle", "in_order"]


def in_order(needs: Mapping[str, Collection[str]]) -> list[str]:
    """Return names so that each comes after all it needs, otherwise in the mapping's order.

    Names on a circle, and what needs them, are left out; see `find_cycle`.
    """
    position = {name: index for index, name in enumerate(needs)}
    names = list(needs)
    followers: dict[str, list[str]] = {name: [] for name in needs}
    for name, needed in needs.items():
        for other in set(needed):
            followers[other].append(name)
    open_needs = {name: len(set(needed)) for name, needed in needs.items()}
    ready = [position[name] for name, count in open_needs.items() if count == 0]
    heapq.heapify(ready)
    ordered = []
    while ready:
        name = names[heapq.heappop(ready)]
        ordered.append(name)
        for follower in followers[name]:
            open_needs[follower] -= 1
            if open_needs[follower] == 0:
                heapq.heappush(ready, position[follower])
    return ordered


def find_cycle(needs: Mapping[str, Collection[str]]) -> Sequence[str]:
    """Return one circle, each name followed by one that needs it and the first repeated at the end.

    Empty where there is none.
    """
    ordered = set(in_order(needs))
    left = [name for name in needs if name not in ordered]
    if not left:
        return ()
    # Everything left needs something that is left, so walking along needs must come round.
    walked: dict[str, None] = {}
    name = left[0]
    while name not in walked:
        walked[name] = None
        name = next(other for other in needs[name] if other not in ordered)
    path = list(walked)
    circle = path[path.index(name) :]
    return [circle[0], *reversed(circle)]
