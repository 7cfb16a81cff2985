"""The group of commands over models or datasets, one module a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from headrace.cli.versions.diff import add_diff
from headrace.cli.versions.history import add_history
from headrace.cli.versions.listing import add_list
from headrace.cli.versions.promote import add_promote
from headrace.cli.versions.prune import add_prune
from headrace.cli.versions.rollback import add_rollback
from headrace.cli.versions.show import add_show
from headrace.cli.versions.verify import add_verify

if TYPE_CHECKING:
    from headrace.cli.versions.naming import Kind

__all__ = ["make_versions_app"]

_COMMANDS = (
    add_list,
    add_show,
    add_promote,
    add_rollback,
    add_history,
    add_diff,
    add_verify,
    add_prune,
)


def make_versions_app(kind: Kind) -> typer.Typer:
    """Return the group of commands over models or datasets."""
    app = typer.Typer(
        help=f"Look at published {kind} and decide which count.", no_args_is_help=True
    )
    for add in _COMMANDS:
        add(app, kind)
    return app
