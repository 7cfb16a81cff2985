"""What this plugin registers; imports the light half of Headrace only."""

from __future__ import annotations

from headrace.plugins import CommandSpec, hookimpl

__all__ = ["headrace_register_commands"]


@hookimpl
def headrace_register_commands() -> list[CommandSpec]:
    """Register ``headrace flow``."""
    return [
        CommandSpec(
            "flow",
            "Run and check flows: pipelines stitched together in one file.",
            load="headrace_orchestration.commands:app",
        )
    ]
