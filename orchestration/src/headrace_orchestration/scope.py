"""What the references of a flow may refer to; works on the file's value, valid or not.

So the references of a file with other faults are checked as well, and all is reported at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from headrace.plugins.suggest import suggestion
from headrace_orchestration.partitions import Cadence, Partitioning
from headrace_orchestration.references import Reference, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from headrace_orchestration.faults import Fault
    from headrace_orchestration.references import Kind
    from headrace_orchestration.yaml_source import Location, Source

__all__ = ["ENVIRONMENT_NAMES", "reference_faults"]

ENVIRONMENT_NAMES: Final = ("root",)
"""What ``${env.…}`` may name."""

_MODES: Final = ("train", "score", "evaluate", "wait")
_MAKERS: Final = {"model": ("train",), "output": ("score", "wait")}
_VALUES: Final[frozenset[Kind]] = frozenset({"env", "params", "partition"})
_PARAM_DEPTH: Final = len(("steps", "NAME", "params", "PARAM"))
_ALLOWED: Final[dict[str, tuple[frozenset[Kind], str]]] = {
    # field of a step → kinds it may refer to, and which product of a step
    "input": (_VALUES | {"datasets", "steps"}, "output"),
    "model": (_VALUES | {"steps"}, "model"),
    "where": (_VALUES, ""),
    "params": (_VALUES | {"datasets", "steps"}, "output"),
    "set": (_VALUES | {"datasets", "steps"}, "output"),
}


def reference_faults(
    source: Source, families: Mapping[str, Mapping[str, str]] | None = None
) -> list[Fault]:
    """Return what is wrong with the references of a flow file.

    Parameters
    ----------
    source : Source
        After `headrace_orchestration.fan_out`.
    families : mapping
        Fanned-out steps, as there.
    """
    scope = _Scope.of(source.value, families or {})
    faults = []
    kinds_used = set()
    for at, text, kinds, product in _places(source.value):
        try:
            template = parse(text)
        except ValueError as error:
            faults.append(source.fault(at, f"{source.place(at)}: {error}"))
            continue
        for reference in (part for part in template if isinstance(part, Reference)):
            kinds_used.add(reference.kind)
            problem = scope.problem(reference, kinds, product, alone=len(template) == 1)
            if problem:
                faults.append(source.fault(at, f"{source.place(at)}: {problem}"))
    if scope.names["partition"] and "partition" not in kinds_used and not faults:
        message = "partitions: nothing has ${partition} in it: all partitions would be the same"
        faults.append(source.fault(("partitions",), message))
    return faults


def _places(value: JsonValue) -> Iterator[tuple[Location, str, frozenset[Kind], str]]:
    """Yield every text that may hold references, with the kinds and step product allowed there."""
    for name, dataset in _mapping(_mapping(value).get("datasets")).items():
        for at, text in _texts(_mapping(dataset).get("uri"), ("datasets", name, "uri")):
            yield at, text, _VALUES, ""
    for name, step in _mapping(_mapping(value).get("steps")).items():
        for field, (kinds, product) in _ALLOWED.items():
            given = _mapping(step).get(field)
            if field == "params" and isinstance(given, str):
                continue  # the name of a file
            for at, text in _texts(given, ("steps", name, field)):
                is_deep = len(at) > _PARAM_DEPTH  # an input is a param of its own
                yield at, text, _VALUES if is_deep else kinds, product


@dataclass(frozen=True, slots=True)
class _Scope:
    """The names of one flow, by kind; steps with their modes."""

    names: Mapping[Kind, tuple[str, ...]]
    modes: Mapping[str, str]
    families: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, value: JsonValue, families: Mapping[str, Mapping[str, str]]) -> _Scope:
        flow = _mapping(value)
        steps = _mapping(flow.get("steps"))
        return cls(
            names={
                "env": ENVIRONMENT_NAMES,
                "datasets": tuple(_mapping(flow.get("datasets"))),
                "params": tuple(_mapping(flow.get("params"))),
                "steps": tuple(steps),
                "partition": _partition_names(flow.get("partitions")),
                "item": (),
            },
            modes={name: str(_mapping(step).get("mode")) for name, step in steps.items()},
            families=families,
        )

    def problem(
        self, reference: Reference, kinds: frozenset[Kind], product: str, *, alone: bool
    ) -> str:
        """Return what is wrong with one reference at one place, or an empty text."""
        kind, name = reference.kind, reference.name
        known = self.names[kind]
        if kind not in kinds:
            if kind == "item":
                return f"{reference} has no meaning here: the step has no 'foreach'"
            wanted = ", ".join(f"${{{kind}.…}}" for kind in sorted(kinds - {"partition"}))
            return f"{reference} has no meaning here; wanted {wanted}"
        if kind == "partition" and not known:
            return f"{reference} has no meaning here: the flow has no 'partitions'"
        if kind == "steps" and name in self.families:
            names = ", ".join(tuple(self.families[name].values())[:10])
            return (
                f"{reference}: step '{name}' is fanned out into {names}; name one of them, or fan "
                "this step out over the same items"
            )
        if name not in known:
            what = {"env": "environment value", "steps": "step", "partition": "part"}.get(
                kind, kind.removesuffix("s")
            )
            hint = (
                suggestion(name, known)
                or f"there are: {', '.join(filter(None, known[:10])) or 'none'}"
            )
            return f"{reference}: there is no {what} '{name}'; {hint}"
        if kind != "steps":
            return ""
        return self._step_problem(reference, product) or (
            "" if alone else f"{reference} must stand alone, without text around it"
        )

    def _step_problem(self, reference: Reference, product: str) -> str:
        mode = self.modes[reference.name]
        if reference.product not in _MAKERS:
            return f"{reference}: a step has '.model' or '.output', not '.{reference.product}'"
        if reference.product != product:
            return f"{reference} has no meaning here; wanted '.{product}' of a step"
        makers = _MAKERS[product]
        if mode not in makers and mode in _MODES:
            return (
                f"{reference}: step '{reference.name}' has mode {mode}; "
                f"only {' and '.join(makers)} steps have '.{product}'"
            )
        return ""


def _partition_names(value: JsonValue) -> tuple[str, ...]:
    """Return what ``${partition…}`` may name: nothing, and the parts that there are."""
    given = _mapping(value)
    known: tuple[Cadence, ...] = get_args(Cadence)
    cadence = next((cadence for cadence in known if cadence in given), None)
    return ("", *Partitioning(cadence).parts) if cadence else ()


def _mapping(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _texts(value: JsonValue, at: Location) -> Iterator[tuple[Location, str]]:
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*at, index))
