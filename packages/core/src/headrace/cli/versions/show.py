"""``show``: the manifest of one version."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from headrace.cli import options
from headrace.cli.output import print_json
from headrace.cli.versions.naming import Kind, Reference, aliases_of, find_version

if TYPE_CHECKING:
    import typer

__all__ = ["add_show"]


def add_show(app: typer.Typer, kind: Kind) -> None:
    """Add the command to a group."""

    @app.command("show", help=f"Show the manifest of one version of a {kind.removesuffix('s')}.")
    def _show(
        reference: Reference,
        root: options.Root = "headrace",
        as_json: options.Json = False,
    ) -> None:
        from headrace.cli.manifest_view import print_manifest
        from headrace.cli.summary_view import print_summary, read_summary

        versions, manifest = find_version(kind, reference, root)
        summary = read_summary(versions, manifest)
        if as_json:
            shown = manifest.model_dump(mode="json")
            if summary is not None:
                shown["summary"] = summary.model_dump(mode="json")
            print_json(json.dumps(shown, ensure_ascii=False))
            return
        print_manifest(manifest, aliases_of(manifest.version, versions.aliases.current()))
        if summary is not None:
            print_summary(summary)
