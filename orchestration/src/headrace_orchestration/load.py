"""Load a flow and its params files, and report everything that is wrong with them at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from headrace.plugins.suggest import suggestion
from headrace_orchestration.addresses import address_problem
from headrace_orchestration.edges import find_edges, needs_of
from headrace_orchestration.fan_out import fan_out
from headrace_orchestration.faults import raise_faults
from headrace_orchestration.flow import Flow, ScoreStep
from headrace_orchestration.order import find_cycle
from headrace_orchestration.project_file import find_project, read_project
from headrace_orchestration.references import resolve
from headrace_orchestration.scope import reference_faults
from headrace_orchestration.secret_names import secret_faults
from headrace_orchestration.validation import validate
from headrace_orchestration.yaml_source import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from pydantic import JsonValue

    from headrace.contracts.project import Project
    from headrace_orchestration.faults import Fault
    from headrace_orchestration.flow import Item, TrainStep
    from headrace_orchestration.references import Reference
    from headrace_orchestration.yaml_source import Location, Source

__all__ = ["LoadedFlow", "load_flow", "read_flow"]


@dataclass(frozen=True, slots=True)
class LoadedFlow:
    """A flow with where each part of it is written.

    Parameters
    ----------
    flow : Flow
        The file's content, with a step for each item of those that are fanned out.
    source : Source
        The file; its value is like that, too.
    params_files : mapping of str to Source
        The params file of every step that names one.
    items : mapping of str to item
        Of steps that have come of a fanned-out one; ``source.written`` says of which.
    families : mapping
        Fanned-out step to its steps, by what of their items is in their names.
    project : Project or None
        Who answers for it, as the nearest ``project.yaml`` says, in its folder or above.
    """

    flow: Flow
    source: Source
    params_files: Mapping[str, Source]
    items: Mapping[str, Item] = field(default_factory=dict)
    families: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    project: Project | None = None

    def members(self, name: str) -> tuple[str, ...]:
        """Return the steps that a name stands for: a step's, a fanned-out one's or a group's.

        None where there is no such name.
        """
        if name in self.families:
            return tuple(self.families[name].values())
        in_group = [key for key, step in self.flow.steps.items() if step.group == name]
        return (name,) if name in self.flow.steps else tuple(in_group)

    def params_of(
        self, step: TrainStep | ScoreStep, name: str, look_up: Callable[[Reference], JsonValue]
    ) -> dict[str, JsonValue]:
        """Return a step's params: the file or mapping, with ``set`` on top.

        Parameters
        ----------
        step : TrainStep or ScoreStep
            A step of the flow.
        name : str
            Its name.
        look_up : callable
            Gives the values of references. Those in a params file are none, and stay as they are.
        """
        in_file = self.params_files.get(name)
        given = in_file.value if in_file else resolve(step.params, look_up)
        params = dict(given) if isinstance(given, dict) else {}
        for key, value in step.overrides.items():
            outer, dot, inner = key.partition(".")
            within = params.get(outer)
            part = {inner: resolve(value, look_up)}
            whole = {**(within if isinstance(within, dict) else {}), **part}
            params[outer] = whole if dot else resolve(value, look_up)
        return params

    def fault(self, step: str, field: str, message: str) -> Fault:
        """Return a fault at a field of a step."""
        return self.source.fault(("steps", step, field), f"{self._place(step)}: {message}")

    def _place(self, step: str) -> str:
        return self.source.place(("steps", step))

    def param_fault(self, step: str, at: Location, message: str) -> Fault:
        """Return a fault at a param of a step, in whichever file it is given."""
        place = ".".join(("params", *map(str, at)))
        places: tuple[Location, ...] = (
            ("steps", step, "set", ".".join(map(str, at[:2])), *at[2:]),
            ("steps", step, "set", *at),
            ("steps", step, "params", *at),
        )
        for location in places:
            if at and location[:4] in self.source.lines:
                return self.source.fault(location, f"{self._place(step)}: {place}: {message}")
        if step in self.params_files:
            written = self.source.written.get(step, step)
            return self.params_files[step].fault(at, f"{place}: {message} (step {written})")
        return self.fault(step, "params", f"{place}: {message}")


def load_flow(path: Path) -> LoadedFlow:
    """Load a flow file.

    Raises
    ------
    RequestError
        The file cannot be read, or with everything that is wrong in it and in its params files.
    """
    loaded, faults = read_flow(path)
    raise_faults(f"Flow '{path.stem}'", faults)
    if loaded is None:
        raise AssertionError(path)  # a flow without a fault is there
    return loaded


def read_flow(path: Path) -> tuple[LoadedFlow | None, list[Fault]]:
    """Return a flow, if it has the form of one, and all its faults.

    Raises
    ------
    RequestError
        The flow file itself cannot be read.
    """
    source, faults = read_yaml(path)
    if faults and source.value is None:
        return None, faults
    flow, found = validate(Flow, source)
    faults += found
    fanned = fan_out(source)
    faults += fanned.faults
    if flow is not None and fanned.source is not source:
        flow, found = (None, []) if fanned.faults else validate(Flow, fanned.source)
        faults += found
    source = fanned.source
    faults += reference_faults(source, fanned.families)
    params_files, found = _read_params_files(source, path.parent)
    faults += found
    faults += secret_faults(source, _each_once(params_files))
    project, found = read_project(find_project(path.parent))
    faults += found
    if flow is None:
        return None, faults
    loaded = LoadedFlow(flow, source, params_files, fanned.items, fanned.families, project)
    faults += _name_faults(loaded, path.stem)
    if not faults:
        needs = needs_of(flow, find_edges(flow))
        cycle = find_cycle(needs)
        if cycle:
            way = " → ".join(cycle)
            faults.append(source.fault(("steps", cycle[0]), f"steps wait for each other: {way}"))
    return loaded, faults


def _each_once(files: Mapping[str, Source]) -> list[Source]:
    return list({file.file: file for file in files.values()}.values())


def _read_params_files(source: Source, folder: Path) -> tuple[dict[str, Source], list[Fault]]:
    """Read the params files that steps name, valid flow or not; each file once."""
    read: dict[str, Source] = {}
    by_step: dict[str, Source] = {}
    faults: list[Fault] = []
    steps = source.value.get("steps") if isinstance(source.value, dict) else None
    for name, step in steps.items() if isinstance(steps, dict) else ():
        file = step.get("params") if isinstance(step, dict) else None
        if not isinstance(file, str):
            continue
        at = ("steps", name, "params")
        if not (folder / file).is_file():
            hint = suggestion(file, _relative_files(folder, file))
            place = source.place(("steps", name))
            message = f"{place}: there is no params file '{folder / file}'"
            faults.append(source.fault(at, message + (f"; {hint}" if hint else "")))
            continue
        if file not in read:
            read[file], found = read_yaml(folder / file)
            faults += found
            if not found and not isinstance(read[file].value, dict):
                faults.append(read[file].fault((), "wanted params as 'name: value' lines"))
        by_step[name] = read[file]
    return by_step, faults


def _relative_files(folder: Path, file: str) -> Iterable[str]:
    beside = PurePath(file).parent
    return (str(beside / found.name) for found in (folder / beside).glob("*.yaml"))


def _name_faults(loaded: LoadedFlow, stem: str) -> Iterator[Fault]:
    """Yield faults of names that must agree with others in the file."""
    flow, source = loaded.flow, loaded.source
    if flow.name != stem:
        yield source.fault(("name",), f"name: '{flow.name}' is not the file's name, '{stem}'")
    assets = flow.schedule.assets if flow.schedule else None
    for rule in ("any", "all"):
        for index, dataset in enumerate(getattr(assets, rule, None) or ()):
            if dataset not in flow.datasets:
                at: Location = ("schedule", "assets", rule, index)
                yield source.fault(at, _unknown("schedule", "dataset", dataset, flow.datasets))
    yield from _group_faults(loaded)
    publishers: dict[str, str] = {}
    for name, step in flow.steps.items():
        problem = address_problem(flow.name, name)
        if problem:
            yield source.fault(("steps", name), f"steps.{name}: {problem}")
        for index, other in enumerate(step.after):
            if other not in flow.steps:
                at = ("steps", name, "after", index)
                known = {**flow.steps, **loaded.families, **flow.groups}
                yield source.fault(
                    at, _unknown(source.place(("steps", name)), "step", other, known)
                )
        if not isinstance(step, ScoreStep) or step.publish is None:
            continue
        at = ("steps", name, "publish")
        if step.publish not in flow.datasets:
            place = source.place(("steps", name))
            yield source.fault(at, _unknown(place, "dataset", step.publish, flow.datasets))
        elif step.publish in publishers:
            other = publishers[step.publish]
            place = source.place(("steps", name))
            yield source.fault(
                at, f"{place}: dataset '{step.publish}' is published by step '{other}' too"
            )
        publishers.setdefault(step.publish, name)


def _group_faults(loaded: LoadedFlow) -> Iterator[Fault]:
    """Yield faults of groups: unknown, empty, or with the name of a step."""
    flow, source = loaded.flow, loaded.source
    for group in flow.groups:
        at: Location = ("groups", group)
        if group in flow.steps or group in loaded.families:
            yield source.fault(at, f"groups: '{group}' is a step, too")
        elif not loaded.members(group):
            yield source.fault(at, f"groups: no step belongs to '{group}'; say 'group: {group}'")
    for name, step in flow.steps.items():
        if step.group is not None and step.group not in flow.groups:
            place = source.place(("steps", name))
            unknown = _unknown(place, "group", step.group, flow.groups)
            yield source.fault(("steps", name, "group"), unknown)


def _unknown(place: str, what: str, name: str, known: Mapping[str, object]) -> str:
    hint = suggestion(name, known) or f"there are: {', '.join(list(known)[:10]) or 'none'}"
    return f"{place}: there is no {what} '{name}'; {hint}"
