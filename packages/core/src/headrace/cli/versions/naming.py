"""How the commands name what they are about, and find it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.contracts.manifest import Manifest
    from headrace.storage.versions import Versions

__all__ = ["Kind", "Name", "Note", "Reference", "aliases_of", "find_version", "versions_of"]

Kind = Literal["models", "datasets"]

Name = Annotated[str, typer.Argument(help="A bare name, a path or a URI.", metavar="NAME")]
Reference = Annotated[
    str,
    typer.Argument(
        help="NAME@VERSION, NAME@ALIAS or NAME@latest; NAME is a bare name below the root, a path "
        "or a URI.",
        metavar="REF",
    ),
]
Note = Annotated[str, typer.Option(help="Who does this, and why; kept in the log.", metavar="TEXT")]


def versions_of(kind: Kind, name: str, root: str) -> Versions:
    """Return the versions of a name."""
    from headrace.contracts.references import name_uri
    from headrace.storage.versions import Versions

    uri = name_uri(name, root=root, kind=kind)
    return Versions(uri, "model" if kind == "models" else "dataset")


def find_version(kind: Kind, reference: str, root: str) -> tuple[Versions, Manifest]:
    """Return what a reference means now."""
    from headrace.contracts.references import parse_reference

    parsed = parse_reference(reference)
    versions = versions_of(kind, parsed.name_uri, root)
    return versions, versions.manifest(versions.resolve(parsed.selector))


def aliases_of(version: str, aliases: Mapping[str, str]) -> list[str]:
    """Return the aliases that are at a version."""
    return [alias for alias, at in aliases.items() if at == version]
