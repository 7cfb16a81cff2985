"""Find plugins by their entry points, collect what they register, and look names up.

A plugin that is broken, or requires another version of Headrace, is reported and left out; the
others go on working. A name that two plugins claim belongs to neither until one of them is
switched off, for nobody should run a pipeline other than the one they meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, TypeVar

import pluggy

from headrace.errors import RequestError
from headrace.plugins.compatibility import built_for_another, unmet_requirement
from headrace.plugins.loading import load
from headrace.plugins.problems import broken, cause_of, contested, foreign, wrong_hook
from headrace.plugins.specs import (
    PROJECT_NAME,
    CommandSpec,
    HookSpecs,
    ModelSpec,
    PipelineSpec,
    TransformSpec,
)
from headrace.plugins.suggest import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from importlib.metadata import EntryPoint
    from types import ModuleType

    from headrace.errors import HeadraceError, PluginError

__all__ = ["Plugin", "Plugins", "discover"]

Spec = TypeVar("Spec", PipelineSpec, ModelSpec, TransformSpec, CommandSpec)


@dataclass(frozen=True, slots=True)
class Plugin:
    """An installed plugin: the name of its entry point, and the distribution it came with."""

    name: str
    distribution: str
    version: str
    module: str


class Plugins:
    """The plugins of one process and what they registered.

    Parameters
    ----------
    found : iterable of EntryPoint
        In any order; names decide.
    disabled : collection of str
        Names of plugins to leave out.
    """

    def __init__(self, found: Iterable[EntryPoint], disabled: Collection[str] = ()) -> None:
        self._manager = pluggy.PluginManager(PROJECT_NAME)
        self._manager.add_hookspecs(HookSpecs)
        self._problems: list[PluginError] = []
        self._installed: dict[str, Plugin] = {}
        self._entries: dict[str, EntryPoint] = {}
        for entry in sorted(found, key=lambda entry: (entry.name != "builtin", entry.name)):
            if entry.name not in disabled:
                self._add(entry)

    def _add(self, entry: EntryPoint) -> None:
        name = entry.name
        if name in self._installed:
            what = f"Two installed plugins are named '{name}'; the second is left out"
            self._problems.append(broken(name, what))
            return
        unmet = unmet_requirement(entry.dist) if entry.dist else ""
        if unmet:
            self._problems.append(foreign(entry, f"it requires headrace{unmet}"))
            return
        try:
            module = entry.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - any failure is reported, others go on
            self._problems.append(_failed(entry, error, "fails to import"))
            return
        try:
            self._manager.register(module, name)
            self._refuse_unknown_hooks(module)
        except pluggy.PluginValidationError as error:
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            self._problems.append(wrong_hook(entry, error))
            return
        self._entries[name] = entry
        distribution = entry.dist
        self._installed[name] = Plugin(
            name=name,
            distribution=distribution.name if distribution else "unknown",
            version=distribution.version if distribution else "unknown",
            module=entry.value,
        )

    def _refuse_unknown_hooks(self, module: ModuleType) -> None:
        known = [name for name in vars(HookSpecs) if name.startswith("headrace_")]
        for caller in self._manager.get_hookcallers(module) or ():
            if not caller.has_spec():
                hint = suggestion(caller.name, known)
                raise pluggy.PluginValidationError(
                    module, f"there is no hook '{caller.name}'" + (f"; {hint}" if hint else "")
                )

    def _collect(
        self, hook: str, kind: type[Spec]
    ) -> tuple[dict[str, tuple[Spec, str]], dict[str, list[str]]]:
        """Return what a hook registers by name, and the names that several plugins claim."""
        claims: dict[str, list[tuple[Spec, str]]] = {}
        for plugin, module in self._manager.list_name_plugin():
            if module is None:
                continue
            others = [other for _, other in self._manager.list_name_plugin() if other is not module]
            call: Callable[[], list[Sequence[object]]] = self._manager.subset_hook_caller(
                hook, remove_plugins=others
            )
            try:
                specs = [spec for returned in call() for spec in returned]
            except (Exception, SystemExit) as error:  # noqa: BLE001 - any failure is reported, others go on
                self._problems.append(_failed(self._entries[plugin], error, f"fails in {hook}"))
                continue
            for spec in specs:
                if isinstance(spec, kind):
                    claims.setdefault(spec.name, []).append((spec, plugin))
                else:
                    got, wanted = type(spec).__name__, kind.__name__
                    what = f"Plugin '{plugin}' returns a {got} from {hook}; wanted {wanted}"
                    self._problems.append(broken(plugin, what))
        claimed_twice = {
            name: sorted(plugin for _, plugin in claimed)
            for name, claimed in claims.items()
            if len(claimed) > 1
        }
        for name, owners in sorted(claimed_twice.items()):
            self._problems.append(contested(_noun(kind), name, owners))
        single = {name: claimed[0] for name, claimed in claims.items() if len(claimed) == 1}
        return dict(sorted(single.items())), claimed_twice

    @cached_property
    def _pipelines(self) -> tuple[dict[str, tuple[PipelineSpec, str]], dict[str, list[str]]]:
        return self._collect("headrace_register_pipelines", PipelineSpec)

    @cached_property
    def _models(self) -> tuple[dict[str, tuple[ModelSpec, str]], dict[str, list[str]]]:
        return self._collect("headrace_register_models", ModelSpec)

    @cached_property
    def _transforms(self) -> tuple[dict[str, tuple[TransformSpec, str]], dict[str, list[str]]]:
        return self._collect("headrace_register_transforms", TransformSpec)

    @cached_property
    def _commands(self) -> tuple[dict[str, tuple[CommandSpec, str]], dict[str, list[str]]]:
        return self._collect("headrace_register_commands", CommandSpec)

    @property
    def problems(self) -> tuple[PluginError, ...]:
        """What is wrong with plugins, as far as they have been asked."""
        return tuple(self._problems)

    @property
    def installed(self) -> Mapping[str, Plugin]:
        """Plugins that imported, by name."""
        return self._installed

    @property
    def pipelines(self) -> Mapping[str, PipelineSpec]:
        """Pipelines by name."""
        return {name: spec for name, (spec, _) in self._pipelines[0].items()}

    @property
    def models(self) -> Mapping[str, ModelSpec]:
        """Model types by name."""
        return {name: spec for name, (spec, _) in self._models[0].items()}

    @property
    def transforms(self) -> Mapping[str, TransformSpec]:
        """Transforms by name."""
        return {name: spec for name, (spec, _) in self._transforms[0].items()}

    @property
    def commands(self) -> Mapping[str, CommandSpec]:
        """Groups of commands by name."""
        return {name: spec for name, (spec, _) in self._commands[0].items()}

    def pipeline(self, name: str) -> PipelineSpec:
        """Return a pipeline's spec.

        Raises
        ------
        RequestError
            No plugin has registered the name.
        PluginError
            Several plugins claim the name.
        """
        return _look_up(PipelineSpec, name, *self._pipelines, self.problems)

    def transform(self, name: str) -> TransformSpec:
        """Return a transform's spec; raises as `pipeline` does."""
        return _look_up(TransformSpec, name, *self._transforms, self.problems)

    def owner(self, pipeline: str) -> Plugin:
        """Return the plugin that registered a pipeline."""
        return self._installed[self._pipelines[0][pipeline][1]]

    def registered_by(self, plugin: str) -> dict[str, tuple[str, ...]]:
        """Return the names that a plugin has registered, by what they are names of."""
        kinds: dict[str, Mapping[str, tuple[object, str]]] = {
            "pipeline": self._pipelines[0],
            "model": self._models[0],
            "transform": self._transforms[0],
            "command": self._commands[0],
        }
        names = {
            noun: tuple(name for name, (_, owner) in found.items() if owner == plugin)
            for noun, found in kinds.items()
        }
        return {noun: found for noun, found in names.items() if found}

    def load_pipeline(self, name: str) -> object:
        """Import a pipeline's class."""
        return load(self.pipeline(name).load, self.owner(name).name)

    def load_params(self, name: str) -> object:
        """Import a pipeline's params model, which is light."""
        return load(self.pipeline(name).params, self.owner(name).name)

    def load_transform(self, name: str) -> object:
        """Import a transform's class."""
        return load(self.transform(name).load, self._transforms[0][name][1])

    def load_command(self, name: str) -> object:
        """Import the Typer app of a group of commands."""
        spec = _look_up(CommandSpec, name, *self._commands, self.problems)
        return load(spec.load, self._commands[0][name][1])

    def load_model(self, name: str) -> object:
        """Import a model type's class; only registered types are ever loaded."""
        spec = _look_up(ModelSpec, name, *self._models, self.problems)
        return load(spec.load, self._models[0][name][1])


def discover(disabled: Collection[str] = ()) -> Plugins:
    """Find the installed plugins of the entry-point group ``headrace``.

    Parameters
    ----------
    disabled : collection of str
        Names of plugins to leave out.
    """
    return Plugins(entry_points(group=PROJECT_NAME), disabled)


def _look_up(
    kind: type[Spec],
    name: str,
    known: Mapping[str, tuple[Spec, str]],
    claimed_twice: Mapping[str, list[str]],
    problems: Sequence[HeadraceError],
) -> Spec:
    if name in claimed_twice:
        raise contested(_noun(kind), name, claimed_twice[name])
    if name not in known:
        fix = suggestion(name, known)
        if problems:
            broken = "; ".join(problem.what for problem in problems)
            fix = f"{fix}\nplugins with problems: {broken}".strip()
        raise RequestError(
            f"No {_noun(kind)} is named '{name}'",
            where=f"installed: {', '.join(known) or 'none'}",
            fix=fix or "see 'headrace list', or install the package that brings it",
        )
    return known[name][0]


def _failed(entry: EntryPoint, error: BaseException, how: str) -> PluginError:
    if built_for_another(error):
        return foreign(entry, f"it {how}: {cause_of(error)}")
    what = f"Plugin '{entry.name}' {how}: {cause_of(error)}"
    return broken(entry.name, what, entry.value)


def _noun(kind: type[Spec]) -> str:
    return kind.__name__.removesuffix("Spec").lower()
