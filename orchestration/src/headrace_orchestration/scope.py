"""What the references of a flow may refer to; works on the file's value, valid or not.

So the references of a file with other faults are checked as well, and all is reported at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from headrace.plugins.suggest import suggestion
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

_MODES: Final = ("train", "score", "evaluate")
_MAKERS: Final = {"model": "train", "output": "score"}
_VALUES: Final[frozenset[Kind]] = frozenset({"env", "params"})
_ALLOWED: Final[dict[str, tuple[frozenset[Kind], str]]] = {
    # field of a step → kinds it may refer to, and which product of a step
    "input": (_VALUES | {"datasets", "steps"}, "output"),
    "model": (_VALUES | {"steps"}, "model"),
    "where": (_VALUES, ""),
    "params": (_VALUES, ""),
    "set": (_VALUES, ""),
}


def reference_faults(source: Source) -> list[Fault]:
    """Return what is wrong with the references of a flow file."""
    scope = _Scope.of(source.value)
    faults = []
    for at, text, kinds, product in _places(source.value):
        try:
            template = parse(text)
        except ValueError as error:
            faults.append(source.fault(at, f"{_path(at)}: {error}"))
            continue
        for reference in (part for part in template if isinstance(part, Reference)):
            problem = scope.problem(reference, kinds, product, alone=len(template) == 1)
            if problem:
                faults.append(source.fault(at, f"{_path(at)}: {problem}"))
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
                yield at, text, kinds, product


@dataclass(frozen=True, slots=True)
class _Scope:
    """The names of one flow, by kind; steps with their modes."""

    names: Mapping[Kind, tuple[str, ...]]
    modes: Mapping[str, str]

    @classmethod
    def of(cls, value: JsonValue) -> _Scope:
        flow = _mapping(value)
        steps = _mapping(flow.get("steps"))
        return cls(
            names={
                "env": ENVIRONMENT_NAMES,
                "datasets": tuple(_mapping(flow.get("datasets"))),
                "params": tuple(_mapping(flow.get("params"))),
                "steps": tuple(steps),
            },
            modes={name: str(_mapping(step).get("mode")) for name, step in steps.items()},
        )

    def problem(
        self, reference: Reference, kinds: frozenset[Kind], product: str, *, alone: bool
    ) -> str:
        """Return what is wrong with one reference at one place, or an empty text."""
        kind, name = reference.kind, reference.name
        known = self.names[kind]
        if kind not in kinds:
            wanted = ", ".join(f"${{{kind}.…}}" for kind in sorted(kinds))
            return f"{reference} has no meaning here; wanted {wanted}"
        if name not in known:
            what = {"env": "environment value", "steps": "step"}.get(kind, kind.removesuffix("s"))
            hint = suggestion(name, known) or f"there are: {', '.join(known[:10]) or 'none'}"
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
        maker = _MAKERS[product]
        if mode != maker and mode in _MODES:
            return (
                f"{reference}: step '{reference.name}' has mode {mode}; "
                f"only {maker} steps have '.{product}'"
            )
        return ""


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


def _path(at: Location) -> str:
    return ".".join(map(str, at))
