"""A manifest as tables for people; machines read it with ``--json``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from headrace.cli.output import print_table, print_text, print_warning, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headrace.contracts.manifest import Manifest

__all__ = ["print_manifest"]

_SHOWN_FILES = 10


def print_manifest(manifest: Manifest, aliases: Sequence[str]) -> None:
    """Print all that matters of one version; long lists of files are cut short."""
    print_text(manifest.address)
    _print("", ("what", "value"), _facts(manifest, aliases))
    inputs = [
        (entry.resolved, f"{entry.files:,}", f"{entry.size:,}", entry.digest)
        for entry in manifest.inputs
    ]
    _print("Inputs", ("input", "files", "bytes", "digest"), inputs)
    if manifest.model is not None:
        _print("Fitted on", ("input", "where", "files", "rows"), _fitted_on(manifest))
    upstream = [use for entry in manifest.inputs for use in entry.models]
    used = [*([manifest.model] if manifest.model else []), *upstream]
    models = [(use.pipeline, use.uri, use.digest) for use in used]
    _print("Models, nearest first", ("pipeline", "model", "digest"), models)
    metrics = [
        (split, name, f"{value:.6g}")
        for split, values in manifest.metrics.items()
        for name, value in values.items()
    ]
    _print("Metrics", ("split", "metric", "value"), metrics)
    columns = [(column.name, column.type) for column in manifest.columns]
    title = "Columns" if manifest.kind == "dataset" else "Columns it needs"
    _print(title, ("column", "type"), columns)
    params = [(name, json.dumps(value)) for name, value in manifest.params.items()]
    _print("Params", ("param", "value"), params)
    _print_files(manifest)
    for warning in manifest.warnings:
        print_warning(warning)


def _facts(manifest: Manifest, aliases: Sequence[str]) -> list[tuple[str, str]]:
    counts = [f"{count:,} {name}" for name, count in manifest.rows.model_dump().items() if count]
    reasons = [f"{count:,} {reason}" for reason, count in manifest.rejected_reasons.items()]
    versions = [f"{name} {version}" for name, version in manifest.versions.items()]
    labels = [f"{name}: {value}" for name, value in manifest.labels.items()]
    facts = [
        ("made by", f"{manifest.mode} {manifest.pipeline}"),
        ("only rows where", manifest.where or ""),
        ("scored", "out of fold" if manifest.out_of_fold else ""),
        ("created", f"{manifest.created:%Y-%m-%d %H:%M:%S %Z}"),
        ("aliases", ", ".join(aliases)),
        ("digest", manifest.digest),
        ("request", manifest.request_digest),
        ("rows", ", ".join(counts)),
        ("rejected for", ", ".join(reasons)),
        ("seconds", f"{manifest.seconds:.1f} on runner {manifest.runner}"),
        ("versions", ", ".join(versions)),
        ("editable", ", ".join(manifest.editable)),
        ("image", manifest.image),
        ("labels", ", ".join(labels)),
    ]
    return [(what, value) for what, value in facts if value]


def _fitted_on(manifest: Manifest) -> list[tuple[str, str, str, str]]:
    return [
        (
            entry.resolved,
            entry.where or "",
            f"{len(entry.files):,}",
            "" if entry.rows is None else f"{entry.rows:,}",
        )
        for entry in manifest.fitted_on
    ]


def _print(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        print_table(table(columns, rows, title=title))


def _print_files(manifest: Manifest) -> None:
    shown = manifest.files[:_SHOWN_FILES]
    rows = [
        (file.path, f"{file.size:,}", "" if file.rows is None else f"{file.rows:,}", file.sha256)
        for file in shown
    ]
    size = sum(file.size for file in manifest.files)
    title = f"Files: {len(manifest.files):,} with {size:,} bytes"
    _print(title, ("file", "bytes", "rows", "digest"), rows)
    if len(manifest.files) > len(shown):
        print_text(f"and {len(manifest.files) - len(shown):,} more; all with --json")
