"""``history``: where the aliases of a name have been."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from headrace.cli import options
from headrace.cli.age import age
from headrace.cli.output import print_json, print_table, print_text, table
from headrace.cli.versions.naming import Kind, Name, versions_of

if TYPE_CHECKING:
    from headrace.storage.alias_entries import AliasMove

__all__ = ["add_history"]

_Alias = Annotated[str | None, typer.Argument(help="Only this alias.", metavar="ALIAS")]


def add_history(app: typer.Typer, kind: Kind) -> None:
    """Add the command to a group."""
    one = kind.removesuffix("s")

    @app.command("history", help=f"Show where the aliases of a {one} have been, newest first.")
    def _history(
        name: Name,
        alias: _Alias = None,
        root: options.Root = "headrace",
        as_json: options.Json = False,
    ) -> None:
        versions = versions_of(kind, name, root)
        moves = [m for m in versions.aliases.history() if alias in {None, m.alias}]
        if not moves:
            versions.resolve(alias or "latest")  # says what is missing: the name or the alias
        if as_json:
            print_json(json.dumps([move.model_dump(mode="json") for move in moves]))
        elif not moves:
            print_text(f"No alias of {versions.uri} has moved yet")
        else:
            now = datetime.now(UTC)
            rows = [
                (m.alias, m.version, m.previous or "", _deed(m), age(m.at, now), m.note)
                for m in moves
            ]
            columns = ("alias", "to", "from", "by", "age", "note")
            print_table(table(columns, rows, title=versions.uri))


def _deed(move: AliasMove) -> str:
    return "rollback" if move.is_rollback else "promote"
