"""Read YAML so that every value keeps its line; imports nothing but PyYAML.

Only what JSON can say is accepted: no tags, no merge keys, no dates (they stay text), no infinite
numbers. Aliases are expanded up to a bound, so that a small file cannot fill the memory.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import yaml

from headrace.errors import RequestError
from headrace_orchestration.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic import JsonValue

__all__ = ["Location", "Source", "read_yaml"]

Location = tuple[str | int, ...]
"""Keys and indices from the top of the file to a value."""

_MAX_VALUES: Final = 500_000
_MAX_DEPTH: Final = 50
_TAG: Final = "tag:yaml.org,2002:"
# YAML 1.1 wants a dot and a sign (1.0e-3) and takes 1e-3 for text; people do not.
_EXPONENT: Final = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+")
# The same parser in C where PyYAML was built with it, ten times as fast.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Source:
    """A file as its value and the line of each part of it."""

    file: str
    value: JsonValue
    lines: Mapping[Location, int]
    written: Mapping[str, str] = field(default_factory=dict)
    """Steps that have come of others, to what the file calls them; see `fan_out`."""

    def line(self, at: Location) -> int:
        """Return the line of a value, or of the nearest that holds it and is in the file."""
        while at not in self.lines and at:
            at = at[:-1]
        return self.lines.get(at, 1)

    def place(self, at: Location) -> str:
        """Return a location as people write it, in the names of the file."""
        if at[:1] == ("steps",) and len(at) > 1:
            at = ("steps", self.written.get(str(at[1]), at[1]), *at[2:])
        return ".".join(map(str, at))

    def fault(self, at: Location, message: str) -> Fault:
        """Return a fault at a value's line."""
        return Fault(self.file, self.line(at), message)


def read_yaml(path: Path) -> tuple[Source, list[Fault]]:
    """Read one YAML document.

    Parameters
    ----------
    path : Path
        The file; messages name it as it is given here.

    Returns
    -------
    tuple of Source and list of Fault
        What could be read, and what is wrong with it. A file that is no YAML has the value None.

    Raises
    ------
    RequestError
        The file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RequestError(f"There is no file '{path}'", where=str(path.absolute())) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"Cannot read '{path}': {error}", where=str(path.absolute())) from error
    reader = _Reader(str(path))
    value: JsonValue = None
    try:
        node = yaml.compose(text, Loader=_LOADER)
        if node is not None:
            value = reader.read(node, ())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        reader.fault(mark.line + 1 if mark else 1, f"this is not YAML: {problem}")
    except _TooLargeError as error:
        value = None
        reader.fault(1, str(error))
    return Source(str(path), value, reader.lines), reader.faults


class _TooLargeError(Exception):
    """The document holds more than a flow ever would."""


@dataclass
class _Reader:
    """Turns nodes into values, and notes lines and faults on the way."""

    file: str
    lines: dict[Location, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(self.file, line, message))

    def read(self, node: yaml.Node, at: Location) -> JsonValue:
        self.lines.setdefault(at, node.start_mark.line + 1)
        if len(self.lines) > _MAX_VALUES:
            raise _TooLargeError(f"the file holds more than {_MAX_VALUES:,} values")
        if len(at) > _MAX_DEPTH:
            raise _TooLargeError(f"the file nests deeper than {_MAX_DEPTH} levels")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*at, index)) for index, item in enumerate(node.value)]
        return self._scalar(node) if isinstance(node, yaml.ScalarNode) else None

    def _mapping(self, node: yaml.Node, at: Location) -> JsonValue:
        values: dict[str, JsonValue] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = key_node.value
            if key_node.tag == f"{_TAG}merge":
                self.fault(line, "merge keys (<<) are not supported; write the fields out")
            elif not isinstance(key_node, yaml.ScalarNode):
                self.fault(line, "a key is a list or a mapping; wanted text")
            elif key in values:
                first = self.lines[(*at, key)]
                self.fault(line, f"'{key}' is given twice; the first is on line {first}")
            else:
                if key_node.tag != f"{_TAG}str":
                    self.fault(line, f"the key {key} is not text; put it in quotes")
                self.lines[(*at, key)] = line
                values[key] = self.read(value_node, (*at, key))
        return values

    def _scalar(self, node: yaml.ScalarNode) -> JsonValue:
        line = node.start_mark.line + 1
        try:
            value = _plain_value(node)
        except (KeyError, ValueError):
            tag = node.tag.removeprefix(_TAG)
            self.fault(line, f"'{node.value}' is not a {tag}; wanted plain values without tags")
            return None
        if isinstance(value, float) and not math.isfinite(value):
            self.fault(line, f"{node.value} is not a finite number")
            return None
        return value


def _plain_value(node: yaml.ScalarNode) -> bool | int | float | str | None:
    constructor = yaml.constructor.SafeConstructor()
    match node.tag.removeprefix(_TAG):
        case "null":
            return None
        case "bool":
            return bool(constructor.construct_yaml_bool(node))
        case "int":
            return int(constructor.construct_yaml_int(node))
        case "float":
            return float(constructor.construct_yaml_float(node))
        case "str" | "timestamp" | "value":
            text: str = node.value
            return float(text) if not node.style and _EXPONENT.fullmatch(text) else text
        case _:
            raise ValueError(node.tag)
