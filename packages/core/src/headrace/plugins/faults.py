"""What pydantic finds wrong with settings, in the words of those who made them; light."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from headrace.errors import RequestError
from headrace.plugins.suggest import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

__all__ = ["setting_faults"]

_SHOWN: Final = 60
_WANTED: Final[Mapping[str, str]] = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "a mapping of names to values",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "string_type": "text",
    "tuple_type": "a list",
}


def setting_faults(
    error: ValidationError,
    noun: str,
    known: Collection[str],
    where: str,
    *,
    missing: str = "",
    otherwise: str = "",
) -> list[RequestError]:
    """Return each fault with the value got and the value wanted.

    Parameters
    ----------
    error : ValidationError
    noun : str
        What the settings are: ``param``, ``option``.
    known : collection of str
        Names there are, for did-you-mean.
    where : str
    missing : str
        How to fix one that is missing; ``{name}`` becomes its name.
    otherwise : str
        How to fix one that is wrong, such as where to read about it.
    """
    faults = []
    for details in error.errors():
        name = ".".join(map(str, details["loc"]))
        fix = otherwise
        if details["type"] == "missing":
            fix = missing.format(name=name)
        elif details["type"] == "extra_forbidden":
            fix = suggestion(name, known) or otherwise or f"there is: {', '.join(known)}"
        faults.append(RequestError(_what(details, noun, name), where, fix))
    return faults


def _what(details: ErrorDetails, noun: str, name: str) -> str:
    kind, message = details["type"], details["msg"]
    titled = f"{noun.capitalize()} '{name}'"
    if kind == "extra_forbidden":
        return f"No {noun} is named '{name}'"
    if kind == "missing":
        return f"{titled} is missing"
    if kind == "value_error":
        text = message.removeprefix("Value error, ")
        return f"{titled}: {text}" if name else text
    wanted = _WANTED.get(kind) or message.removeprefix("Input should be ")
    return f"{titled} is {_shown(details['input'])}; wanted {wanted}"


def _shown(value: object) -> str:
    text = f"'{value}'" if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
