"""``promote``: let an alias mean a version from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from headrace.cli import options
from headrace.cli.output import print_json, print_text
from headrace.cli.versions.naming import Kind, Note, Reference

if TYPE_CHECKING:
    from headrace.storage.alias_entries import AliasMove

__all__ = ["Alias", "Expect", "add_promote", "print_move"]

Alias = Annotated[str, typer.Argument(help="Such as champion or published.", metavar="ALIAS")]
Expect = Annotated[
    str | None,
    typer.Option(
        help="Move the alias only if it is at this version now, otherwise end with exit code 75.",
        metavar="VERSION",
    ),
]


def add_promote(app: typer.Typer, kind: Kind) -> None:
    """Add the command to a group."""
    one = kind.removesuffix("s")

    @app.command(
        "promote",
        help=f"Let an alias of a {one} mean this version from now on.\n\nThe version must be "
        "published and whole. If somebody else moves an alias of the same name at the same moment, "
        "one of both wins; the other ends with exit code 75, and may try again.",
    )
    def _promote(
        reference: Reference,
        alias: Alias,
        expect: Expect = None,
        note: Note = "",
        root: options.Root = "headrace",
        as_json: options.Json = False,
    ) -> None:
        from headrace.cli.versions.naming import find_version
        from headrace.storage.promote import promote

        versions, manifest = find_version(kind, reference, root)
        move = promote(versions, manifest.version, alias, expect=expect, note=note)
        if move is None:
            move = next(m for m in versions.aliases.history() if m.alias == alias)
            print_move(versions.uri, move, "is already at", as_json=as_json)
        else:
            print_move(versions.uri, move, "is now at", as_json=as_json)


def print_move(uri: str, move: AliasMove, verb: str, *, as_json: bool) -> None:
    """Print an entry of the alias log."""
    if as_json:
        print_json(move.model_dump_json())
        return
    before = f"; before: {move.previous}" if move.previous else ""
    print_text(f"{uri}@{move.alias} {verb} {move.version}{before}")
