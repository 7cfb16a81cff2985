"""All that lies below a root: names with their manifests and aliases, and what is damaged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from headrace.contracts.references import is_version, name_uri
from headrace.errors import HeadraceError
from headrace.storage.layout import VERSIONS
from headrace.storage.names import list_names
from headrace.storage.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.contracts.manifest import Manifest

__all__ = ["KINDS", "Holding", "find_holdings", "holding_of", "place_of"]

KINDS: Final[tuple[tuple[Literal["models", "datasets"], Literal["model", "dataset"]], ...]] = (
    ("models", "model"),
    ("datasets", "dataset"),
)

_READERS: Final = 16


@dataclass(frozen=True, slots=True)
class Holding:
    """What one name holds.

    Parameters
    ----------
    versions : Versions
    manifests : tuple of Manifest
        Of the published versions, newest first.
    unpublished : tuple of str
        Versions without a manifest.
    aliases : mapping of str to str
    faults : tuple of HeadraceError
        Of manifests and the alias log that could not be read.
    """

    versions: Versions
    manifests: tuple[Manifest, ...]
    unpublished: tuple[str, ...]
    aliases: Mapping[str, str]
    faults: tuple[HeadraceError, ...]


def find_holdings(root: str) -> tuple[Holding, ...]:
    """Return what all names below a root hold, sorted by kind and name."""
    found = [
        Versions(name_uri(name, root=root, kind=folder), kind)
        for folder, kind in KINDS
        for name in list_names(root, folder)
    ]
    return tuple(map(holding_of, found))


def holding_of(versions: Versions) -> Holding:
    """Return what a name holds."""
    faults = []
    manifests = []
    unpublished = []
    folders = [name for name in versions.store.folders(VERSIONS) if is_version(name)]

    def find(version: str) -> Manifest | HeadraceError | None:
        try:
            return versions.find(version)
        except HeadraceError as error:
            return error

    with ThreadPoolExecutor(_READERS) as pool:
        for version, found in zip(folders, pool.map(find, folders), strict=True):
            if isinstance(found, HeadraceError):
                faults.append(found)
            elif found is None:
                unpublished.append(version)
            else:
                manifests.append(found)
    aliases: Mapping[str, str] = {}
    try:
        aliases = versions.aliases.current()
    except HeadraceError as error:
        faults.append(error)
    manifests.sort(key=lambda manifest: (manifest.created, manifest.version), reverse=True)
    return Holding(versions, tuple(manifests), tuple(unpublished), aliases, tuple(faults))


def place_of(address: str) -> str:
    """Return an address without its root, as a root may be copied: ``models/NAME@VERSION``."""
    return "/".join(address.rsplit("/", 2)[-2:])
