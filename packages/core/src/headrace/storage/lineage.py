"""What a version was made from, and what was made from it, as far as manifests tell.

Addresses are followed as they are written; where nothing lies there (a root was copied, say), below
the root at hand, if the content is the same. What is gone, damaged or cannot be reached is part of
the answer, and ends only its own branch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from headrace.contracts.manifest import InputEntry
from headrace.contracts.references import is_version
from headrace.errors import HeadraceError
from headrace.storage.holdings import find_holdings, place_of
from headrace.storage.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headrace.contracts.manifest import Manifest, ModelUse
    from headrace.storage.holdings import Holding

__all__ = ["Kind", "Node", "State", "ancestors", "descendants"]

Kind = Literal["model", "dataset", "files"]
State = Literal["found", "missing", "replaced", "damaged", "repeated"]

_DEEPEST: Final = 50
"""No chain of versions is so long; a cycle, which only a forger can make, ends there."""


@dataclass(frozen=True, slots=True)
class Node:
    """A version, or plain files, in a lineage.

    Parameters
    ----------
    kind : {"model", "dataset", "files"}
    address : str
        ``NAME_URI@VERSION``; of plain files what was asked for.
    digest : str
        Of what went into, or came of, its neighbour.
    state : {"found", "missing", "replaced", "damaged", "repeated"}
        Whether it is still there: ``replaced`` is another content at the same address;
        ``repeated`` is shown with all that belongs to it earlier in the same tree. Plain files
        are not looked for, and count as found.
    manifest : Manifest or None
        Of a version that was found.
    note : str
        What is wrong with one that was not.
    nodes : tuple of Node
        The next ones in the same direction.
    """

    kind: Kind
    address: str
    digest: str
    state: State
    manifest: Manifest | None = None
    note: str = ""
    nodes: tuple[Node, ...] = ()


def ancestors(manifest: Manifest, root: str) -> tuple[Node, ...]:
    """Return what a version was made from: the model that scored it first, then what was read."""
    return _Climb(root).nodes(manifest, 0)


class _Climb:
    """One walk up, that shows each version once."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._seen: set[str] = set()

    def nodes(self, manifest: Manifest, depth: int) -> tuple[Node, ...]:
        if depth == _DEEPEST:
            return ()
        if manifest.fitted_on:
            return (*self._base(manifest), *self._fitted(manifest, depth))
        used = () if manifest.model is None else (self._model(manifest.model, depth),)
        return (*used, *(self._input(entry, depth) for entry in manifest.inputs))

    def _base(self, manifest: Manifest) -> tuple[Node, ...]:
        """Return the model that was updated, alone: what it was fitted on comes beside it."""
        if manifest.model is None:
            return ()
        node = self._version("model", manifest.model.uri, manifest.model.digest, _DEEPEST - 1)
        self._seen.discard(node.address)
        return (replace(node, nodes=()),)

    def _fitted(self, manifest: Manifest, depth: int) -> Iterator[Node]:
        asked = {entry.resolved: entry for entry in manifest.inputs}
        for fitted in manifest.fitted_on:
            entry = asked.get(fitted.resolved)
            yield self._input(
                InputEntry(
                    uri=fitted.resolved,
                    resolved=fitted.resolved,
                    digest=fitted.digest,
                    files=len(fitted.files),
                    size=sum(file.size for file in fitted.files),
                    models=() if entry is None else entry.models,
                ),
                depth,
            )

    def _input(self, entry: InputEntry, depth: int) -> Node:
        if not is_version(entry.resolved.rpartition("@")[2]):
            count = "1 file" if entry.files == 1 else f"{entry.files:,} files"
            note = f"{count}, {entry.size:,} bytes"
            return Node("files", entry.uri, entry.digest, "found", note=note)
        node = self._version("dataset", entry.resolved, entry.digest, depth)
        if node.state in {"missing", "damaged"}:  # what it was made by is told by who read it
            nearest = tuple(self._model(use, depth + 1) for use in entry.models[:1])
            return replace(node, nodes=nearest)
        return node

    def _model(self, use: ModelUse, depth: int) -> Node:
        return self._version("model", use.uri, use.digest, depth)

    def _version(
        self, kind: Literal["model", "dataset"], address: str, digest: str, depth: int
    ) -> Node:
        try:
            found = self._find(kind, address, digest)
        except HeadraceError as error:
            return Node(kind, address, digest, "damaged", note=error.what)
        if found is None:
            return Node(kind, address, digest, "missing")
        if found.digest != digest:
            return Node(kind, address, digest, "replaced", note=f"now {found.digest}")
        if address in self._seen:
            return Node(kind, address, digest, "repeated", found)
        self._seen.add(address)
        nodes = self.nodes(found, depth + 1)
        return Node(kind, address, digest, "found", found, nodes=nodes)

    def _find(
        self, kind: Literal["model", "dataset"], address: str, digest: str
    ) -> Manifest | None:
        uri, _, version = address.rpartition("@")
        found = Versions(uri, kind).find(version)
        if found is not None:
            return found
        uri, _, version = f"{self._root.rstrip('/')}/{place_of(address)}".rpartition("@")
        elsewhere = Versions(uri, kind).find(version)
        return elsewhere if elsewhere is not None and elsewhere.digest == digest else None


def descendants(
    manifest: Manifest, root: str
) -> tuple[tuple[Node, ...], tuple[HeadraceError, ...]]:
    """Return what was made from a version and lies below a root, oldest first.

    Returns
    -------
    tuple of Node
    tuple of HeadraceError
        Faults of manifests below the root, which may have been made from it, too.
    """
    holdings = find_holdings(root)
    uses = _Uses(holdings)
    return uses.nodes((place_of(manifest.address), manifest.digest), 0), tuple(
        fault for holding in holdings for fault in holding.faults
    )


_Key = tuple[str, str]
"""Place and digest: what a version is, wherever its root."""


class _Uses:
    """Who read what, below one root."""

    def __init__(self, holdings: Sequence[Holding]) -> None:
        self._seen: set[_Key] = set()
        self._uses: dict[_Key, list[Node]] = {}
        manifests = [manifest for holding in holdings for manifest in holding.manifests]
        manifests.sort(key=lambda manifest: manifest.created)
        there = {(place_of(manifest.address), manifest.digest) for manifest in manifests}
        for manifest in manifests:
            node = Node(manifest.kind, manifest.address, manifest.digest, "found", manifest)
            if manifest.model is not None:
                self._add(place_of(manifest.model.uri), manifest.model.digest, node)
            for fitted in manifest.fitted_on:
                self._add(place_of(fitted.resolved), fitted.digest, node)
            for entry in manifest.inputs:
                key = place_of(entry.resolved), entry.digest
                if not manifest.fitted_on:  # else it may have been read to be taken out
                    self._add(*key, node)
                if key not in there and entry.models:
                    gone = Node("dataset", entry.resolved, entry.digest, "missing")
                    self._add(place_of(entry.models[0].uri), entry.models[0].digest, gone)

    def _add(self, place: str, digest: str, node: Node) -> None:
        users = self._uses.setdefault((place, digest), [])
        if all(user.address != node.address for user in users):
            users.append(node)

    def nodes(self, key: _Key, depth: int) -> tuple[Node, ...]:
        if depth == _DEEPEST:
            return ()
        return tuple(self._grown(node, depth) for node in self._uses.get(key, ()))

    def _grown(self, node: Node, depth: int) -> Node:
        key = place_of(node.address), node.digest
        if key in self._seen:
            return replace(node, state="repeated") if self._uses.get(key) else node
        self._seen.add(key)
        return replace(node, nodes=self.nodes(key, depth + 1))
