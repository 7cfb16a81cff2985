"""``rollback``: let an alias go back to where it was before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.cli import options
from headrace.cli.versions.naming import Kind, Name, Note, versions_of
from headrace.cli.versions.promote import Alias, Expect, print_move

if TYPE_CHECKING:
    import typer

__all__ = ["add_rollback"]


def add_rollback(app: typer.Typer, kind: Kind) -> None:
    """Add the command to a group."""

    @app.command(
        "rollback",
        help="Let an alias go back to the version it was at before it came to where it is.\n\n"
        "A second rollback goes further back; it does not undo the first. Versions that have been "
        "pruned since are skipped. The log keeps every move; to go forward again, promote.",
    )
    def _rollback(
        name: Name,
        alias: Alias,
        expect: Expect = None,
        note: Note = "",
        root: options.Root = "headrace",
        as_json: options.Json = False,
    ) -> None:
        versions = versions_of(kind, name, root)
        move = versions.aliases.rollback(alias, expect=expect, note=note)
        print_move(versions.uri, move, "is back at", as_json=as_json)
