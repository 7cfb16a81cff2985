"""What a shell may complete; light, and silent whatever is wrong."""

from __future__ import annotations

import typer

from headrace.cli.session import session_of

__all__ = ["pipeline_names"]


def pipeline_names(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Return the pipelines whose names begin so, each with its summary."""
    pipelines = session_of(context).plugins.pipelines
    return [(name, spec.summary) for name, spec in pipelines.items() if name.startswith(incomplete)]
