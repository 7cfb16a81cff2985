"""``prune``: delete versions that nobody needs, and what killed runs have left."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from headrace.cli import options
from headrace.cli.age import age, parse_age
from headrace.cli.output import print_json, print_table, print_text, table
from headrace.cli.versions.naming import Kind, Note, versions_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from headrace.storage.prune import PrunePlan

__all__ = ["add_prune"]

_Names = Annotated[list[str], typer.Argument(help="Bare names, paths or URIs.", metavar="NAME...")]
_KeepLast = Annotated[
    int | None,
    typer.Option(help="Keep this many of the newest versions of each name.", min=0, metavar="N"),
]
_OlderThan = Annotated[
    str | None,
    typer.Option(help="Keep versions that are not older, such as 30d or 12h.", metavar="AGE"),
]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Delete without asking.")]


def add_prune(app: typer.Typer, kind: Kind) -> None:
    """Add the command to a group."""

    @app.command(
        "prune",
        help=f"Delete versions of {kind} that are not needed, after showing which.\n\nA version "
        "goes if --keep-last does not keep it, --older-than does not, no alias is at it, and "
        "nothing that stays below the root was made from it. Without either option only leftovers "
        "of runs that were killed more than a day ago go, which always do.\n\nNothing is deleted "
        "without --yes, or the answer yes on a terminal.",
    )
    def _prune(
        names: _Names,
        keep_last: _KeepLast = None,
        older_than: _OlderThan = None,
        yes: _Yes = False,
        note: Note = "",
        root: options.Root = "headrace",
        as_json: options.Json = False,
    ) -> None:
        from headrace.storage.prune import Retention, carry_out, plan_prune

        limit = None if older_than is None else parse_age(older_than, "--older-than")
        found = {versions_of(kind, name, root).uri: name for name in names}
        versions = [versions_of(kind, name, root) for name in found.values()]
        now = datetime.now(UTC)
        plan = plan_prune(versions, root, Retention(keep_last, limit), now)
        is_empty = not plan.doomed and not plan.abandoned
        if not as_json:
            _print(plan, now)
        is_wanted = yes or (not as_json and not is_empty and _asks())
        gone = {verdict.address for verdict in carry_out(plan, note)} if is_wanted else set()
        if as_json:
            print_json(json.dumps(_as_dict(plan, gone, is_deleted=is_wanted)))
        elif is_empty:
            print_text("Nothing to delete")
        elif not is_wanted:
            print_text("Nothing was deleted; --yes deletes it")
        else:
            print_text(
                f"Deleted {_counted(len(gone), 'version')} and "
                f"{_counted(len(plan.abandoned), 'leftover folder')}"
            )
            for verdict in plan.doomed:
                if verdict.address not in gone:
                    print_text(f"kept after all, an alias has moved to it: {verdict.address}")


def _asks() -> bool:
    """Ask whether to go on, where there is somebody to ask."""
    return sys.stdin.isatty() and sys.stdout.isatty() and typer.confirm("Delete?")


def _print(plan: PrunePlan, now: datetime) -> None:
    rows = [
        (
            verdict.address,
            age(verdict.manifest.created, now),
            f"{verdict.size:,}",
            f"stays: {verdict.reason}" if verdict.reason else "goes",
        )
        for verdict in plan.verdicts
    ]
    rows += [
        (
            f"{folder.name_uri}/{folder.path}",
            age(folder.traces.changed, now) if folder.traces.changed else "",
            f"{folder.traces.size:,}",
            "goes: left by a run that was killed",
        )
        for folder in plan.abandoned
    ]
    print_table(table(("version", "age", "bytes", "what happens"), rows))
    if plan.doomed or plan.abandoned:
        print_text(
            f"{len(plan.doomed):,} of {_counted(len(plan.verdicts), 'version')} and "
            f"{_counted(len(plan.abandoned), 'leftover folder')} go, with {plan.size:,} bytes"
        )


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _as_dict(plan: PrunePlan, gone: Collection[str], *, is_deleted: bool) -> dict[str, object]:
    return {
        "deleted": is_deleted,
        "bytes": plan.size,
        "versions": [
            {
                "address": verdict.address,
                "created": verdict.manifest.created.isoformat(),
                "bytes": verdict.size,
                "goes": not verdict.reason,
                "stays_for": verdict.reason or None,
                "deleted": verdict.address in gone,
            }
            for verdict in plan.verdicts
        ],
        "leftovers": [
            {"address": f"{folder.name_uri}/{folder.path}", "bytes": folder.traces.size}
            for folder in plan.abandoned
        ],
    }
