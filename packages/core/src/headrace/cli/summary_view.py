"""What a model says of itself, read from its bundle; needs no plugin and no library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.cli.output import print_table, print_text, print_warning, table

if TYPE_CHECKING:
    from headrace.contracts.manifest import Manifest
    from headrace.contracts.summary import Cell, Summary
    from headrace.storage.versions import Versions

__all__ = ["print_summary", "read_summary"]


def read_summary(versions: Versions, manifest: Manifest) -> Summary | None:
    """Return a model's summary, or None where it has none; a damaged one is a warning."""
    from pydantic import ValidationError

    from headrace.contracts.digests import sha256
    from headrace.contracts.summary import SUMMARY_FILE, Summary
    from headrace.errors import HeadraceError

    entry = next((file for file in manifest.files if file.path == SUMMARY_FILE), None)
    if entry is None:
        return None
    path = versions.files_path(manifest) + SUMMARY_FILE
    try:
        data = versions.store.read(path, limit=entry.size)
        if sha256(data) != entry.sha256:
            print_warning(f"{versions.store.uri(path)} is not the file that was published")
            return None
        return Summary.model_validate_json(data)
    except (HeadraceError, ValidationError) as error:
        print_warning(f"The model's summary cannot be read: {error}")
        return None


def print_summary(summary: Summary) -> None:
    """Print facts and tables, numbers with six digits; all digits are in ``--json``."""
    if summary.facts:
        facts = [(name, _text(value)) for name, value in summary.facts.items()]
        print_table(table(("fit", "value"), facts))
    for shown in summary.tables:
        if shown.rows:
            rows = [tuple(map(_text, row)) for row in shown.rows]
            print_table(table(shown.columns, rows, title=shown.title))
        else:
            print_text(f"{shown.title}: none")


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.6g}" if isinstance(value, float) else value
