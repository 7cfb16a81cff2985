"""References: ``${env.root}``, ``${datasets.x}``, ``${steps.x.model}``, ``${partition}`` and more.

A text may hold several; one that is nothing but a reference takes the type of what it refers to.
``$${`` stands for a literal ``${``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic import JsonValue

__all__ = [
    "Kind",
    "Reference",
    "Template",
    "find_references",
    "parse",
    "resolve",
    "resolve_text",
]

Kind = Literal["env", "datasets", "params", "steps", "partition", "item"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

_N_NAMES: Final = {
    "env": (1,),
    "datasets": (1,),
    "params": (1,),
    "steps": (2,),
    "partition": (0, 1),
    "item": (0,),
}
_SECRETS: Final = ("secret", "secrets")
_TOKEN: Final = re.compile(r"\$\$\{|\$\{(?P<inner>[^{}]*)\}|(?P<open>\$\{)")
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Reference:
    """What stands between ``${`` and ``}``.

    Parameters
    ----------
    kind : str
        ``env``, ``datasets``, ``params``, ``steps``, ``partition`` or ``item``.
    name : str
        Of the dataset, param, step, the environment's field, or the partition's part; empty for
        the whole partition and the item.
    product : str
        What of a step: ``model`` or ``output``; empty for the others.
    """

    kind: Kind
    name: str
    product: str = ""

    def __str__(self) -> str:
        """Return the reference as it is written."""
        return "${" + ".".join(filter(None, (self.kind, self.name, self.product))) + "}"


Template = tuple[str | Reference, ...]
"""A text in its parts: literal ones and references."""


def parse(text: str) -> Template:
    """Take a text apart.

    Raises
    ------
    ValueError
        A reference is not closed, or is none of the forms there are.
    """
    parts: list[str | Reference] = []
    literal = ""
    position = 0
    for token in _TOKEN.finditer(text):
        literal += text[position : token.start()]
        position = token.end()
        if token["open"]:
            raise ValueError(f"'{text}' has a '${{' without its '}}'; a literal one is '$${{'")
        if token["inner"] is None:
            literal += "${"
            continue
        if literal:
            parts.append(literal)
        literal = ""
        parts.append(_reference(token["inner"]))
    literal += text[position:]
    if literal:
        parts.append(literal)
    return tuple(parts)


def _reference(inner: str) -> Reference:
    kind, *names = inner.strip().split(".")
    if kind in _SECRETS:
        raise ValueError(
            f"'${{{inner}}}' is not a reference: secrets are no part of a flow; the environment "
            "file says where they lie ('secrets' of 'kubernetes'), and steps find them in their "
            "environment variables"
        )
    forms = (
        "${env.x}, ${datasets.x}, ${params.x}, ${steps.x.model}, ${steps.x.output}, ${partition} "
        "or ${item}"
    )
    wanted = _N_NAMES.get(kind, ())
    if kind not in KINDS or len(names) not in wanted or not all(map(_NAME.fullmatch, names)):
        raise ValueError(f"'${{{inner}}}' is not a reference; wanted {forms}")
    if not names:
        return Reference(kind, "")
    return Reference(kind, *names)


def find_references(value: JsonValue) -> Iterator[Reference]:
    """Yield the references in a value's texts, at any depth; raises as `parse` does."""
    if isinstance(value, str):
        for part in parse(value):
            if isinstance(part, Reference):
                yield part
    elif isinstance(value, dict):
        for item in value.values():
            yield from find_references(item)
    elif isinstance(value, list):
        for item in value:
            yield from find_references(item)


def resolve(value: JsonValue, look_up: Callable[[Reference], JsonValue]) -> JsonValue:
    """Return a value with its references replaced, at any depth.

    Parameters
    ----------
    value : JSON value
        Its keys are left as they are.
    look_up : callable
        Gives the value of a reference. A text that is one reference takes it as it is; in a longer
        text it is written out (``true``, not ``True``).
    """
    if isinstance(value, dict):
        return {key: resolve(item, look_up) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, look_up) for item in value]
    if not isinstance(value, str):
        return value
    match parse(value):
        case (Reference() as whole,):
            return look_up(whole)
        case parts:
            return "".join(
                part if isinstance(part, str) else _written(look_up(part)) for part in parts
            )


def resolve_text(text: str, look_up: Callable[[Reference], JsonValue]) -> str:
    """Return a text with its references written out."""
    return _written(resolve(text, look_up))


def _written(value: JsonValue) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
