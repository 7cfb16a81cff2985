"""``verify``: whether versions are what they were when they were published."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from headrace.cli import options
from headrace.cli.output import print_json, print_text
from headrace.cli.session import session_of
from headrace.cli.versions.naming import Kind, find_version

if TYPE_CHECKING:
    from headrace.contracts.verification import Verification
    from headrace.errors import HeadraceError

__all__ = ["add_verify"]

_References = Annotated[
    list[str],
    typer.Argument(help="NAME@VERSION, NAME@ALIAS or NAME@latest, one or more.", metavar="REF..."),
]
_HELP = {
    "models": "Check every file by its digest, load each model in a fresh process and predict its "
    "golden rows again: so a library that now predicts otherwise is found.",
    "datasets": "Check every file by its digest.",
}


def add_verify(app: typer.Typer, kind: Kind) -> None:
    """Add the command to a group."""

    @app.command("verify", help=_HELP[kind])
    def _verify(
        context: typer.Context,
        references: _References,
        root: options.Root = "headrace",
        as_json: options.Json = False,
    ) -> None:
        from headrace.cli.stopping import stop_on_signals
        from headrace.errors import HeadraceError, raise_all
        from headrace.runtime.verify import verify

        disabled = session_of(context).disabled
        found: list[Verification] = []
        faults: list[HeadraceError] = []
        with stop_on_signals():
            for reference in references:
                try:
                    one = verify(*find_version(kind, reference, root), disabled)
                except HeadraceError as error:
                    faults.append(error)
                    continue
                found.append(one)
                faults.extend(fault.error() for fault in one.faults)
                if not as_json:
                    print_text(_line(one))
        if as_json:
            print_json(json.dumps([one.model_dump(mode="json") for one in found]))
        raise_all(faults)


def _line(found: Verification) -> str:
    files = f"{found.files:,} files, {found.size:,} bytes"
    if not found.is_good:
        return f"damaged: {found.address}"
    if found.proof is None:
        return f"good: {found.address}: {files}"
    changed = ", ".join(map(str, found.changed))
    under = f", under {changed}" if changed else ""
    return f"good: {found.address}: {files}, {found.proof.n_rows} golden rows predicted{under}"
