"""Fan out steps over their items, in the file's value: what is left are ordinary steps.

So nothing that comes after has to know of it. A step ``fit`` over ``[JFK, LGA]`` becomes
``fit_jfk`` and ``fit_lga``, both at the lines of ``fit``. Works on any value, valid or not, so
that faults elsewhere in the file are told together with those found here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from headrace_orchestration.addresses import address_problem
from headrace_orchestration.fields import LONGEST_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from headrace_orchestration.faults import Fault
    from headrace_orchestration.flow import Item
    from headrace_orchestration.yaml_source import Location, Source

__all__ = ["FannedOut", "fan_out"]

_ITEM: Final = re.compile(r"\$\$\{|\$\{\s*item\s*\}")
_STEP: Final = re.compile(r"\$\$\{|(?P<head>\$\{\s*steps\.)(?P<step>[A-Za-z0-9_-]+)(?P<tail>\.)")
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9]+")
_WITH_ITEMS: Final = ("input", "model", "where", "params", "set", "prediction")


@dataclass(frozen=True, slots=True)
class FannedOut:
    """A flow file's value without ``foreach``.

    Parameters
    ----------
    source : Source
        Value and lines with the steps that have come of each.
    families : mapping
        Step in the file to its items, as they are in names, and the step of each.
    items : mapping
        Step that has come of one to its item.
    faults : list of Fault
        Items of which no steps can be made.
    """

    source: Source
    families: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def fan_out(source: Source) -> FannedOut:
    """Return a flow file with a step for every item; the same source where there are none."""
    value = source.value if isinstance(source.value, dict) else {}
    steps, groups = _mapping(value.get("steps")), _mapping(value.get("groups"))
    asked = {name: found for name, step in steps.items() if (found := _items(step)) is not None}
    if not asked and not groups:
        return FannedOut(source)
    made = _Names(source, str(value.get("name")), frozenset(steps))
    families = {name: made.family(name, items) for name, items in asked.items()}
    followed = _Followed(families, _members(steps, families, groups))
    expanded: dict[str, JsonValue] = {}
    lines = {at: line for at, line in source.lines.items() if at[:1] != ("steps",) or len(at) == 1}
    below = _lines_by_step(source)
    for name, step in steps.items():
        for key, (instance, item) in made.instances.get(name, {"": (name, None)}).items():
            expanded[instance], after = followed.step(step, key, item)
            here = below.get(name, {})
            lines.update({("steps", instance, *rest): line for rest, line in here.items()})
            for index, origin in enumerate(after):
                lines["steps", instance, "after", index] = source.line(
                    ("steps", name, "after", origin)
                )
    written = {
        instance: name for name, family in made.instances.items() for instance, _ in family.values()
    }
    return FannedOut(
        replace(source, value={**value, "steps": expanded}, lines=lines, written=written),
        families,
        {i: item for family in made.instances.values() for i, item in family.values()},
        made.faults,
    )


@dataclass
class _Names:
    """Makes a sound name of every step and item."""

    source: Source
    flow: str
    taken: frozenset[str]
    instances: dict[str, dict[str, tuple[str, Item]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def family(self, step: str, items: list[Item]) -> dict[str, str]:
        found: dict[str, tuple[str, Item]] = {}
        for index, item in enumerate(items):
            key = _in_names(item)
            name = f"{step}_{key}"
            problem = self._problem(name, key, found)
            if problem:
                at: Location = ("steps", step, "foreach", index)
                self.faults.append(self.source.fault(at, f"steps.{step}: item '{item}': {problem}"))
            else:
                found[key] = (name, item)
        self.taken |= {name for name, _ in found.values()}
        self.instances[step] = found
        return {key: name for key, (name, _) in found.items()}

    def _problem(self, name: str, key: str, found: Mapping[str, tuple[str, Item]]) -> str:
        if not key:
            return "nothing of it may stand in a name; wanted a letter or digit in it"
        if key in found:
            other = found[key][1]
            return f"it would have the name of the step for '{other}', '{name}'"
        if name in self.taken:
            return f"there is a step '{name}' already"
        if len(name) > LONGEST_NAME:
            return f"the step's name '{name}' has {len(name)} characters; at most {LONGEST_NAME}"
        return address_problem(self.flow, name)


@dataclass(frozen=True, slots=True)
class _Followed:
    """Puts items and the names of steps into the texts of a step."""

    families: Mapping[str, Mapping[str, str]]
    members: Mapping[str, tuple[str, ...]]

    def step(
        self, step: JsonValue, key: str, item: Item | None
    ) -> tuple[JsonValue, tuple[int, ...]]:
        """Return the step of one item, and which name in the file each of ``after`` is from."""
        if not isinstance(step, dict):
            return step, ()
        made = {name: value for name, value in step.items() if name != "foreach" or item is None}
        if item is not None:
            for name in _WITH_ITEMS:
                if name in made:
                    made[name] = self._filled(made[name], key, item)
            if isinstance(made.get("publish"), str):
                made["publish"] = _with_item(str(made["publish"]), key)
        after = made.get("after")
        if not isinstance(after, list):
            return made, ()
        names = [
            (name, index)
            for index, given in enumerate(after)
            for name in (self._waited_for(given, key) if isinstance(given, str) else (given,))
        ]
        made["after"] = [name for name, _ in names]
        return made, tuple(index for _, index in names)

    def _waited_for(self, name: str, key: str) -> tuple[str, ...]:
        """Return the step of the same item, or all that a name stands for."""
        family = self.families.get(name, {})
        return (family[key],) if key in family else self.members.get(name, (name,))

    def _filled(self, value: JsonValue, key: str, item: Item) -> JsonValue:
        if isinstance(value, dict):
            return {name: self._filled(inner, key, item) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._filled(inner, key, item) for inner in value]
        if not isinstance(value, str):
            return value
        if _ITEM.fullmatch(value) and not value.startswith("$$"):
            return item
        return _STEP.sub(lambda found: self._same_item(found, key), _with_item(value, item))

    def _same_item(self, found: re.Match[str], key: str) -> str:
        if found["step"] is None:
            return found[0]
        name = self.families.get(found["step"], {}).get(key, found["step"])
        return f"{found['head']}{name}{found['tail']}"


def _with_item(text: str, item: Item) -> str:
    return _ITEM.sub(lambda found: found[0] if found[0].startswith("$$") else str(item), text)


def _in_names(item: Item) -> str:
    plain = unicodedata.normalize("NFKD", str(item)).encode("ascii", "ignore").decode()
    return _NOT_IN_NAMES.sub("_", plain.lower()).strip("_")


def _items(step: JsonValue) -> list[Item] | None:
    given = step.get("foreach") if isinstance(step, dict) else None
    if not isinstance(given, list):
        return None
    items = [
        item for item in given if isinstance(item, str | int | float) and not isinstance(item, bool)
    ]
    return items if len(items) == len(given) else None


def _members(
    steps: Mapping[str, JsonValue],
    families: Mapping[str, Mapping[str, str]],
    groups: Mapping[str, JsonValue],
) -> dict[str, tuple[str, ...]]:
    """Return what each name of a fanned-out step or of a group stands for."""
    members = {name: tuple(family.values()) for name, family in families.items()}
    in_groups: dict[str, list[str]] = {name: [] for name in groups if name not in steps}
    for name, step in steps.items():
        group = step.get("group") if isinstance(step, dict) else None
        if isinstance(group, str) and group in in_groups:
            in_groups[group] += members.get(name, (name,))
    return members | {name: tuple(found) for name, found in in_groups.items()}


def _lines_by_step(source: Source) -> dict[str, dict[Location, int]]:
    found: dict[str, dict[Location, int]] = {}
    for at, line in source.lines.items():
        if at[:1] == ("steps",) and len(at) > 1:
            found.setdefault(str(at[1]), {})[at[2:]] = line
    return found


def _mapping(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}
