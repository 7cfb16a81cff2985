"""``list``: the names below a root, or one name's versions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from headrace.cli import options
from headrace.cli.age import age
from headrace.cli.output import (
    metrics_text,
    print_json,
    print_table,
    print_text,
    print_warning,
    table,
)
from headrace.cli.versions.naming import Kind, aliases_of, versions_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.contracts.manifest import Manifest

__all__ = ["add_list"]

_Name = Annotated[
    str | None,
    typer.Argument(help="Only this one: a bare name, a path or a URI.", metavar="NAME"),
]


def add_list(app: typer.Typer, kind: Kind) -> None:
    """Add the command to a group."""
    one = kind.removesuffix("s")

    @app.command("list", help=f"List the {kind} below the root, or one {one}'s versions.")
    def _list(
        name: _Name = None,
        root: options.Root = "headrace",
        as_json: options.Json = False,
    ) -> None:
        if name is None:
            _list_names(kind, root, as_json=as_json)
        else:
            _list_versions(kind, name, root, as_json=as_json)


def _list_names(kind: Kind, root: str, *, as_json: bool) -> None:
    from headrace.contracts.uris import normal_uri
    from headrace.errors import HeadraceError
    from headrace.storage.names import list_names

    found = []
    for name in list_names(root, kind):
        versions = versions_of(kind, name, root)
        try:
            found.append((name, versions.uri, versions.list(), versions.aliases.current()))
        except HeadraceError as error:  # one that is damaged does not hide the others
            print_warning(str(error))
    if as_json:
        entries = [
            {
                "name": name,
                "uri": uri,
                "n_versions": len(manifests),
                "latest": _summary(manifests[0], aliases) if manifests else None,
                "aliases": aliases,
            }
            for name, uri, manifests, aliases in found
        ]
        print_json(json.dumps(entries))
        return
    if not found:
        print_text(f"No {kind} in {normal_uri(root)}/{kind}")
        return
    now = datetime.now(UTC)
    rows = []
    for name, _, manifests, aliases in found:
        moved = ", ".join(f"{alias} = {version}" for alias, version in aliases.items())
        newest = manifests[0] if manifests else None
        rows.append(
            (
                name,
                f"{len(manifests):,}",
                newest.version if newest else "none published",
                age(newest.created, now) if newest else "",
                moved,
                _facts(newest) if newest else "",
            )
        )
    columns = (kind.removesuffix("s"), "versions", "latest", "age", "aliases", _facts_title(kind))
    print_table(table(columns, rows))


def _list_versions(kind: Kind, name: str, root: str, *, as_json: bool) -> None:
    versions = versions_of(kind, name, root)
    manifests = versions.list()
    if not manifests:
        versions.resolve("latest")  # says what is missing: the name or its versions
    aliases = versions.aliases.current()
    if as_json:
        print_json(json.dumps([_summary(manifest, aliases) for manifest in manifests]))
        return
    now = datetime.now(UTC)
    rows = [
        (
            manifest.version,
            age(manifest.created, now),
            ", ".join(aliases_of(manifest.version, aliases)),
            f"{manifest.mode} {manifest.pipeline}",
            _facts(manifest),
        )
        for manifest in manifests
    ]
    columns = ("version", "age", "aliases", "made by", _facts_title(kind))
    print_table(table(columns, rows, title=versions.uri))


def _summary(manifest: Manifest, aliases: Mapping[str, str]) -> dict[str, object]:
    """Return what a machine wants of one line of a list."""
    kept = {"version", "created", "pipeline", "mode", "rows", "metrics", "digest"}
    return {
        **manifest.model_dump(mode="json", include=kept),
        "aliases": aliases_of(manifest.version, aliases),
    }


def _facts(manifest: Manifest) -> str:
    if manifest.kind == "model":
        return metrics_text(manifest.metrics)
    return f"{manifest.rows.written:,}"


def _facts_title(kind: Kind) -> str:
    return "metrics" if kind == "models" else "rows"
