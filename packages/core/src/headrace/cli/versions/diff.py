"""``diff``: what differs between two versions."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from headrace.cli import options
from headrace.cli.output import print_json, print_table, print_text, table
from headrace.cli.versions.naming import Kind, Reference, find_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import typer
    from pydantic import JsonValue

    from headrace.contracts.manifest import Manifest
    from headrace.storage.difference import Change

__all__ = ["add_diff"]

_SHOWN = 20
_DIGEST = re.compile(r"\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b")


def add_diff(app: typer.Typer, kind: Kind) -> None:
    """Add the command to a group."""
    one = kind.removesuffix("s")

    @app.command(
        "diff",
        help=f"Compare two versions of a {one}, or of two: how they were made, what they hold, "
        "and their metrics.",
    )
    def _diff(
        old: Reference,
        new: Reference,
        root: options.Root = "headrace",
        as_json: options.Json = False,
    ) -> None:
        from headrace.storage.difference import differences

        _, before = find_version(kind, old, root)
        _, after = find_version(kind, new, root)
        found = differences(before, after)
        if as_json:
            print_json(json.dumps(_as_dict(before, after, found)))
        else:
            _print(before, after, found)


def _as_dict(
    old: Manifest, new: Manifest, found: Mapping[str, Sequence[Change]]
) -> dict[str, object]:
    return {
        "old": old.address,
        "new": new.address,
        "same_content": old.digest == new.digest,
        "differences": {
            section: [
                {"what": change.what, "old": change.old, "new": change.new, "delta": change.delta}
                for change in changes
            ]
            for section, changes in found.items()
        },
    }


def _print(old: Manifest, new: Manifest, found: Mapping[str, Sequence[Change]]) -> None:
    print_text(f"old: {old.address}")
    print_text(f"new: {new.address}")
    if old.digest == new.digest:
        print_text("Their files are the same.")
    for section, changes in found.items():
        rows = [
            (change.what, _text(change.old), _text(change.new), _delta(change.delta))
            for change in changes[:_SHOWN]
        ]
        columns = ["", "old", "new", "delta"]
        if all(change.delta is None for change in changes):
            columns, rows = columns[:3], [row[:3] for row in rows]  # type: ignore[misc]
        print_table(table(columns, rows, title=_title(section, old, new, len(changes))))
        if len(changes) > _SHOWN:
            print_text(f"and {len(changes) - _SHOWN:,} more; all with --json")


def _title(section: str, old: Manifest, new: Manifest, n_changes: int) -> str:
    title = section.capitalize()
    if section != "files":
        return title
    same = len({*old.files} & {*new.files})
    sizes = [sum(file.size for file in manifest.files) for manifest in (old, new)]
    return f"{title}: {same:,} same, {n_changes:,} not; {sizes[0]:,} bytes, then {sizes[1]:,}"


def _text(value: JsonValue) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str):
        return _DIGEST.sub(r"\1", value)  # enough to tell two apart; all with --json
    return "" if value is None else json.dumps(value)


def _delta(delta: float | None) -> str:
    return "" if delta is None else f"{delta:+,}" if isinstance(delta, int) else f"{delta:+.6g}"
