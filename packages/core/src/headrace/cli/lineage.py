"""``lineage``: what a model or dataset was made from, and what was made from it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from headrace.cli import options
from headrace.cli.output import print_json, print_text, print_warning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headrace.cli.versions.naming import Kind
    from headrace.contracts.manifest import Manifest
    from headrace.storage.lineage import Node

__all__ = ["lineage"]

_STATES = {
    "missing": "not there any more",
    "replaced": "other content now",
    "damaged": "cannot be read",
    "repeated": "see above",
}


def lineage(
    reference: Annotated[
        str,
        typer.Argument(
            help="A model or dataset: NAME@VERSION, NAME@ALIAS or NAME@latest; NAME is a bare name "
            "below the root, a path or a URI.",
            metavar="URI",
        ),
    ],
    up: Annotated[bool, typer.Option("--up", help="Only what it was made from.")] = False,
    down: Annotated[bool, typer.Option("--down", help="Only what was made from it.")] = False,
    root: options.Root = "headrace",
    as_json: options.Json = False,
) -> None:
    """Show what a model or dataset was made from, and what was made from it.

    Upwards, addresses are followed wherever they lead; downwards, all that lies below the root is
    looked through.
    """
    from headrace.contracts.uris import normal_uri
    from headrace.storage.lineage import ancestors, descendants

    root = normal_uri(root)
    manifest = _find(reference, root)
    sources = ancestors(manifest, root) if up or not down else None
    products, faults = descendants(manifest, root) if down or not up else (None, ())
    for fault in faults:
        print_warning(f"Left out, for it cannot be read: {fault}")
    if as_json:
        made = {"made_from": sources, "went_into": products}
        trees = {
            name: [_as_dict(node) for node in nodes]
            for name, nodes in made.items()
            if nodes is not None
        }
        print_json(json.dumps(_version(manifest.kind, manifest.address, manifest) | trees))
        return
    print_text(f"{manifest.kind} {_short(manifest.address, root)} ({_deed(manifest)})")
    for title, nodes in (("made from", sources), ("went into", products)):
        if nodes is not None:
            print_text(f"\n{title}" if nodes else f"\n{title}: nothing")
            _print(nodes, root, "")


def _find(reference: str, root: str) -> Manifest:
    """Return the version that is meant, model or dataset."""
    from headrace.cli.versions.naming import find_version
    from headrace.contracts.references import name_uri, parse_reference
    from headrace.contracts.uris import is_bare
    from headrace.errors import DataError, HeadraceError, RequestError
    from headrace.storage.layout import VERSIONS
    from headrace.storage.store import open_store

    name = parse_reference(reference).name_uri
    kinds: tuple[Kind, ...] = ("models", "datasets")
    there = [
        kind
        for kind in kinds
        if VERSIONS in open_store(name_uri(name, root=root, kind=kind)).folders()
    ]
    if not there:
        raise DataError(
            f"There is no model or dataset '{name}'",
            where=root if is_bare(name) else "",
            fix="list them: headrace models list, headrace datasets list",
        )
    if is_bare(name) and len(there) > 1:
        raise RequestError(
            f"There are a model and a dataset of the name '{name}'",
            where=root,
            fix=f"{root}/models/{reference} or {root}/datasets/{reference}",
        )
    if len(there) == 1:
        return find_version(there[0], reference, root)[1]
    try:  # a path or URI tells nothing of the kind
        return find_version("datasets", reference, root)[1]
    except HeadraceError:
        return find_version("models", reference, root)[1]


def _version(kind: str, address: str, manifest: Manifest | None) -> dict[str, object]:
    shown: dict[str, object] = {"kind": kind, "address": address}
    if manifest is not None:
        kept = {"digest", "pipeline", "mode", "created", "labels", "versions", "image"}
        shown |= manifest.model_dump(mode="json", include=kept)
    return shown


def _as_dict(node: Node) -> dict[str, object]:
    return _version(node.kind, node.address, node.manifest) | {
        "digest": node.digest,
        "state": node.state,
        "note": node.note or None,
        "nodes": [_as_dict(after) for after in node.nodes],
    }


def _print(nodes: Sequence[Node], root: str, indent: str) -> None:
    for node in nodes:
        is_last = node is nodes[-1]
        facts = [_deed(node.manifest)] if node.manifest is not None else []
        facts += [_STATES[node.state]] if node.state in _STATES else []
        facts += [node.note] if node.note else []
        end = f" ({'; '.join(facts)})" if facts else ""
        corner = "└─" if is_last else "├─"
        print_text(f"{indent}{corner} {node.kind} {_short(node.address, root)}{end}")
        _print(node.nodes, root, indent + ("   " if is_last else "│  "))


def _short(address: str, root: str) -> str:
    return address.removeprefix(f"{root.rstrip('/')}/")


def _deed(manifest: Manifest) -> str:
    return f"{manifest.mode} {manifest.pipeline}, {manifest.created:%Y-%m-%d %H:%M}"
