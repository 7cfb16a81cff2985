"""Hook specifications, and the light values that hooks return; imports no plugin and no library.

All hooks are called in the process that a command starts (the driver), never in workers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pluggy

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "PROJECT_NAME",
    "SUPERVISED_NEEDS",
    "ColumnNeed",
    "CommandSpec",
    "GraphSpec",
    "HookSpecs",
    "Mode",
    "ModelSpec",
    "PipelineSpec",
    "TransformSpec",
    "hookimpl",
    "hookspec",
]

PROJECT_NAME = "headrace"

hookspec = pluggy.HookspecMarker(PROJECT_NAME)
hookimpl = pluggy.HookimplMarker(PROJECT_NAME)

Mode = Literal["train", "score", "evaluate"]


@dataclass(frozen=True, slots=True)
class ColumnNeed:
    """Columns a pipeline reads, by the param that names them."""

    param: str
    modes: tuple[Mode, ...]
    types: str


SUPERVISED_NEEDS = (
    ColumnNeed("features", ("train", "score", "evaluate"), "number, boolean, string or timestamp"),
    ColumnNeed("target", ("train", "evaluate"), "number or boolean; null = unlabelled"),
    ColumnNeed("key", ("train",), "integer or string"),
    ColumnNeed("weight", ("train", "evaluate"), "number"),
)


@dataclass(frozen=True, slots=True)
class PipelineSpec:
    """A pipeline by name.

    Parameters
    ----------
    name : str
        What users type: lower-case letters, digits and underscores.
    summary : str
        One sentence for ``headrace list``.
    load : str
        ``module:attribute`` of the pipeline class; imported on use.
    params : str
        ``module:attribute`` of its params, a pydantic model in a module that imports no library.
    needs : tuple of ColumnNeed
        Columns it reads.
    adds : tuple of str
        Columns that scoring adds.
    modes : tuple of str
        Modes it has.
    intervals : bool
        Whether its models have prediction intervals (`headrace.models.PredictsIntervals`).
    """

    name: str
    summary: str
    load: str
    params: str
    needs: tuple[ColumnNeed, ...] = SUPERVISED_NEEDS
    adds: tuple[str, ...] = ()
    modes: tuple[Mode, ...] = ("train", "score", "evaluate")
    intervals: bool = False

    @property
    def modes_with_params(self) -> tuple[Mode, ...]:
        """Modes that take params; in the others they come with the model."""
        return tuple(mode for mode in self.modes if mode == "train")

    @property
    def has_models(self) -> bool:
        """Whether it has models of its own, which it then scores with."""
        return "train" in self.modes


@dataclass(frozen=True, slots=True)
class GraphSpec(PipelineSpec):
    """A pipeline that writes its own Beam graph; see `headrace.graph`.

    It takes params in every mode, for it may read inputs that they name. One that is never
    trained has no models, and scores without.

    Parameters
    ----------
    load : str
        ``module:attribute`` of a function that takes a `headrace.graph.GraphRun` and returns the
        manifest of what it has published; other fields as in `PipelineSpec`.
    """

    needs: tuple[ColumnNeed, ...] = ()
    modes: tuple[Mode, ...] = ("score",)

    @property
    def modes_with_params(self) -> tuple[Mode, ...]:
        """Modes that take params: all."""
        return self.modes


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model type that bundles may hold, by name; no other type is ever loaded."""

    name: str
    load: str


@dataclass(frozen=True, slots=True)
class TransformSpec:
    """A transform by name; ``load`` is ``module:attribute`` of its class."""

    name: str
    summary: str
    load: str


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A group of commands for the entrypoint; ``load`` is ``module:attribute`` of a Typer app."""

    name: str
    summary: str
    load: str


class HookSpecs:
    """The hooks a plugin may implement, as functions of the module its entry point names."""

    @hookspec
    def headrace_register_pipelines(self) -> Sequence[PipelineSpec]:
        """Return the pipelines of this plugin.

        Called once per command that looks up or lists pipelines. A name that another plugin has
        claimed before is refused, and reported with both plugins; an exception disables this
        plugin for the command and is reported, the others go on.
        """
        raise AssertionError  # a specification is never called

    @hookspec
    def headrace_register_models(self) -> Sequence[ModelSpec]:
        """Return the model types of this plugin, by the names that bundles carry.

        Called once per command that saves or loads a bundle; clashes and exceptions as for
        pipelines.
        """
        raise AssertionError  # a specification is never called

    @hookspec
    def headrace_register_transforms(self) -> Sequence[TransformSpec]:
        """Return the transforms of this plugin.

        Called once per command that trains, or loads a bundle; clashes and exceptions as for
        pipelines.
        """
        raise AssertionError  # a specification is never called

    @hookspec
    def headrace_register_commands(self) -> Sequence[CommandSpec]:
        """Return groups of commands for the entrypoint.

        Called once at every start of ``headrace``: keep the module light. The app itself is
        imported when its group is used.
        """
        raise AssertionError  # a specification is never called
