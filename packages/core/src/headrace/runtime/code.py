"""The code of a run: which versions of which distributions decide its numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, requires
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Collection
    from importlib.metadata import Distribution

__all__ = ["Code", "code_of"]


@dataclass(frozen=True, slots=True)
class Code:
    """Installed distributions.

    Parameters
    ----------
    versions : dict of str to str
        By distribution.
    editable : tuple of str
        Those installed from a folder to work on, so that their version does not tell what they are.
    """

    versions: dict[str, str]
    editable: tuple[str, ...]


def code_of(distributions: Collection[str]) -> Code:
    """Return distributions and what they require directly, as far as it is installed.

    Of extras only those count that one of the distributions asks of another.
    """
    extras: dict[str, set[str]] = {name: {""} for name in distributions}
    for name in distributions:
        for requirement in _requirements(name, {""}):
            extras.setdefault(requirement.name, {""}).update(requirement.extras)
    names = set(distributions)
    for name in distributions:
        names.update(requirement.name for requirement in _requirements(name, extras[name]))
    versions = {}
    editable = []
    for name in sorted(names):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # somebody has taken it away
        versions[name] = found.version
        if _is_editable(found):
            editable.append(name)
    return Code(versions, tuple(editable))


def _requirements(name: str, extras: Collection[str]) -> list[Requirement]:
    """Return what a distribution with extras requires on this machine."""
    found = map(Requirement, requires(name) or ())
    return [
        requirement
        for requirement in found
        if requirement.marker is None
        or any(requirement.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def _is_editable(found: Distribution) -> bool:
    """Whether a distribution is a link to a folder: see PEP 610, direct_url.json."""
    text = found.read_text("direct_url.json")
    try:
        origin = json.loads(text) if text else {}
        return origin.get("dir_info", {}).get("editable") is True
    except (ValueError, AttributeError):
        return False
