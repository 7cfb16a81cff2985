"""Plugins: what they may register, how they are found, and how a name is looked up. Light."""

from headrace.plugins.manager import Plugin, Plugins, discover
from headrace.plugins.specs import (
    SUPERVISED_NEEDS,
    ColumnNeed,
    CommandSpec,
    GraphSpec,
    ModelSpec,
    PipelineSpec,
    TransformSpec,
    hookimpl,
)

__all__ = [
    "SUPERVISED_NEEDS",
    "ColumnNeed",
    "CommandSpec",
    "GraphSpec",
    "ModelSpec",
    "PipelineSpec",
    "Plugin",
    "Plugins",
    "TransformSpec",
    "discover",
    "hookimpl",
]
