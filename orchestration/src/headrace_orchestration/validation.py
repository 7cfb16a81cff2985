"""Check what a YAML file says against a pydantic model, and put each fault at its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from headrace.plugins.suggest import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

    from headrace_orchestration.faults import Fault
    from headrace_orchestration.yaml_source import Location, Source

__all__ = ["models_in", "validate"]

_LONGEST_VALUE = 60

Model = TypeVar("Model", bound=BaseModel)


def validate(model: type[Model], source: Source) -> tuple[Model | None, list[Fault]]:
    """Read a file's value as a model.

    Returns
    -------
    tuple of model and list of Fault
        The model, or None and everything that is wrong, with the fields there are where one is
        unknown.
    """
    if source.value is None:
        return None, [source.fault((), "the file is empty")]
    try:
        return model.model_validate(source.value), []
    except ValidationError as error:
        return None, [_fault(model, source, detail) for detail in error.errors(include_url=False)]


def _fault(model: type[BaseModel], source: Source, detail: ErrorDetails) -> Fault:
    at = _written_location(source, detail["loc"])
    place = source.place(at)
    parent = source.place(at[:-1])
    match detail["type"]:
        case "extra_forbidden":
            known = sorted(_fields_at(model, detail["loc"]))
            hint = suggestion(str(at[-1]), known) or f"wanted one of: {', '.join(known)}"
            message = _at(parent, f"unknown field '{at[-1]}'; {hint}")
        case "missing":
            message = _at(place, f"'{detail['loc'][-1]}' is missing")
        case "union_tag_not_found":
            message = _at(place, f"'mode' is missing; wanted {_tags(detail)}")
        case "union_tag_invalid":
            tag = detail["ctx"]["tag"]
            hint = suggestion(tag, detail["ctx"]["expected_tags"].replace("'", "").split(", "))
            message = _at(place, f"there is no mode '{tag}'; {hint or f'wanted {_tags(detail)}'}")
            at = (*at, "mode")
        case "value_error":
            message = _at(place, detail["msg"].removeprefix("Value error, "))
        case _:
            said = detail["msg"][:1].lower() + detail["msg"][1:]
            message = _at(place, f"{said}, got {_shortened(detail['input'])}")
    return source.fault(at, message)


def _written_location(source: Source, location: tuple[int | str, ...]) -> Location:
    """Return a location without what pydantic adds to it: tags of unions, marks of keys."""
    at: Location = ()
    for part in location:
        if (*at, part) in source.lines:
            at = (*at, part)
    return at


def _fields_at(model: type[BaseModel], location: tuple[int | str, ...]) -> set[str]:
    """Return the fields that the object around an unknown field may have."""
    models = {model}
    for part in location[:-1]:
        fields = [
            field
            for candidate in models
            for name, field in candidate.model_fields.items()
            if part in (name, field.alias)
        ]
        tagged = {candidate for candidate in models if _is_tagged(candidate, part)}
        if fields:
            models = {nested for field in fields for nested in models_in(field.annotation)}
        elif tagged:
            models = tagged
    return {field.alias or name for found in models for name, field in found.model_fields.items()}


def _is_tagged(model: type[BaseModel], tag: int | str) -> bool:
    mode = model.model_fields.get("mode")
    return mode is not None and tag in get_args(mode.annotation)


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the models that a type is made of, without those that they are made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def _tags(detail: ErrorDetails) -> str:
    expected = detail.get("ctx", {}).get("expected_tags")
    return str(expected).replace("'", "") if expected else "train, score, evaluate or wait"


def _at(place: str, message: str) -> str:
    return f"{place}: {message}" if place else message


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
