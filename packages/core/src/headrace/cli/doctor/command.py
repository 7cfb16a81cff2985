"""The command ``doctor``: gather the findings, print them, and end by the first problem."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from headrace.cli import options
from headrace.cli.output import print_json, print_table, print_text, table, working
from headrace.cli.session import Session, session_of
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headrace.cli.doctor.finding import Finding

__all__ = ["doctor"]

_TITLES = {
    "packages": "Packages",
    "plugins": "Plugins",
    "storage": "Storage",
    "machine": "Machine",
}


def doctor(
    context: typer.Context,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Do not load what plugins register, which imports their libraries."
        ),
    ] = False,
    root: options.Root = "headrace",
    as_json: options.Json = False,
) -> None:
    """Check packages, plugins, storage and machine, and say how to put right what is wrong.

    The exit code is 0 where there is no problem, and otherwise that of the first: 2 for a root
    that cannot be used, 3 for a plugin or library, 75 for what may pass, such as a full disk.
    """
    with working("looking at packages, plugins, storage and machine"):
        findings = list(_findings(session_of(context), root, is_quick=quick))
    code = next((finding.exit_code for finding in findings if finding.status == "problem"), 0)
    if as_json:
        entries = [asdict(finding) for finding in findings]
        print_json(json.dumps({"exit_code": code, "findings": entries}))
    else:
        _print(findings)
    raise typer.Exit(code)


def _findings(session: Session, root: str, *, is_quick: bool) -> Iterator[Finding]:
    from importlib.metadata import entry_points

    from headrace.cli.doctor.loads import check_loads
    from headrace.cli.doctor.machine import check_machine
    from headrace.cli.doctor.packages import can_run_pipelines, check_packages
    from headrace.cli.doctor.plugins import check_plugins
    from headrace.cli.doctor.storage import check_storage
    from headrace.plugins.specs import PROJECT_NAME

    entries = entry_points(group=PROJECT_NAME)
    enabled = [entry for entry in entries if entry.name not in session.disabled]
    yield from check_packages(entry.dist for entry in enabled if entry.dist is not None)
    yield from check_plugins(session.plugins, entries.names, session.disabled)
    if not is_quick:
        is_light = not can_run_pipelines()
        yield from check_loads(session.plugins, session.environment, is_light=is_light)
    yield from check_storage(root)
    yield from check_machine(session.environment)


def _print(findings: Sequence[Finding]) -> None:
    for area, title in _TITLES.items():
        rows = [
            (finding.status, finding.name, finding.found)
            for finding in findings
            if finding.area == area
        ]
        if rows:
            print_table(table(("status", "what", "found"), rows, title=title))
    counts = []
    for status in ("problem", "warning"):
        found = [finding for finding in findings if finding.status == status]
        counts.append(f"{len(found)} {status}" + ("" if len(found) == 1 else "s"))
        for finding in found:
            error = HeadraceError(f"{finding.name}: {finding.found}", finding.where, finding.fix)
            print_text(f"{status}: {error}")
    print_text(", ".join(counts))
