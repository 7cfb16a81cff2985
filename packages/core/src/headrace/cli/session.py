"""What the commands of one process share; the only place that reads the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import typer

from headrace.plugins.manager import discover

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.plugins.manager import Plugins

__all__ = [
    "DISABLE_VARIABLE",
    "IMAGE_VARIABLE",
    "THREAD_VARIABLES",
    "Session",
    "session_of",
    "set_thread_defaults",
]

DISABLE_VARIABLE = "HEADRACE_DISABLE_PLUGINS"
IMAGE_VARIABLE = "HEADRACE_IMAGE"
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Session:
    """The environment of one process, and the plugins it allows."""

    environment: Mapping[str, str]

    @property
    def disabled(self) -> frozenset[str]:
        """Names of plugins that are switched off."""
        listed = self.environment.get(DISABLE_VARIABLE, "")
        return frozenset(listed.replace(",", " ").split())

    @cached_property
    def plugins(self) -> Plugins:
        """The installed plugins, found once."""
        return discover(self.disabled)


def session_of(context: typer.Context) -> Session:
    """Return the session of a command's process."""
    return context.ensure_object(Session) if context.obj is None else context.obj


def set_thread_defaults() -> None:
    """Give BLAS and OpenMP one thread, unless the user has said otherwise; before NumPy's import.

    The workers fill the cores; the single step that fits a booster raises its threads itself.
    Idle OpenMP threads sleep rather than spin.
    """
    for variable in THREAD_VARIABLES:
        os.environ.setdefault(variable, "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
