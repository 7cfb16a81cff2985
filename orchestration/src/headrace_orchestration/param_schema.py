"""Check a training's params against the JSON schema that the catalog has of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headrace.plugins.suggest import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonschema import ValidationError
    from pydantic import JsonValue

    from headrace_orchestration.faults import Fault
    from headrace_orchestration.load import LoadedFlow
    from headrace_orchestration.planned import PlannedStep

__all__ = ["schema_faults"]

_LONGEST_MESSAGE = 200


def schema_faults(
    loaded: LoadedFlow, step: PlannedStep, schema: Mapping[str, JsonValue]
) -> Iterator[Fault]:
    """Yield each param that is unknown, missing, of another type or out of range, at its line."""
    # Only a check pays for the import.
    from jsonschema import Draft202012Validator  # noqa: PLC0415
    from jsonschema.exceptions import best_match  # noqa: PLC0415

    instance = dict(step.params)
    for error in Draft202012Validator(schema).iter_errors(instance):
        # Of several alternatives that all fail, tell of the one that comes nearest.
        nearest = best_match([error]) or error
        at = tuple(nearest.absolute_path)
        for place, message in _messages(nearest):
            yield loaded.param_fault(step.name, (*at, *place), message)


def _messages(error: ValidationError) -> Iterator[tuple[tuple[str, ...], str]]:
    schema = error.schema if isinstance(error.schema, dict) else {}
    given = error.instance if isinstance(error.instance, dict) else {}
    if error.validator == "additionalProperties" and error.validator_value is False:
        known = schema.get("properties", {})
        for name in given:
            if name not in known:
                hint = suggestion(name, known) or f"there are: {', '.join(known)}"
                yield (name,), f"unknown param; {hint}"
    elif error.validator == "required":
        # The library raises one error for every name that is missing, and names it in the message.
        name = error.message.split("'")[1]
        yield (), f"'{name}' is missing{_meaning(schema, name)}"
    elif error.validator == "anyOf" and isinstance(error.validator_value, list):
        types = (str(option.get("type", "other")) for option in error.validator_value)
        yield (), f"{error.instance!r} is not one of: {', '.join(dict.fromkeys(types))}"
    else:
        message = error.message
        yield (), message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}…"


def _meaning(schema: Mapping[str, Any], name: str) -> str:  # a JSON schema, of any shape
    text = schema.get("properties", {}).get(name, {}).get("description")
    return f" ({text.split('.')[0].rstrip()})" if text else ""
