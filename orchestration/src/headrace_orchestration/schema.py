"""The JSON schema of flow files, for editors: the same form that loading a flow checks.

What one value has to do with another is beyond it: references, names that must be there, circles.
``headrace flow check`` knows these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from headrace_orchestration.flow import Flow
from headrace_orchestration.validation import models_in

if TYPE_CHECKING:
    from pydantic import BaseModel, JsonValue

__all__ = ["flow_schema"]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def flow_schema() -> dict[str, JsonValue]:
    """Return the JSON schema of a flow file."""
    schema = Flow.model_json_schema(by_alias=True)
    _describe(schema, Flow, schema["$defs"])
    return {"$schema": _DIALECT, **_tidied(schema), "title": "Headrace flow"}


def _describe(schema: dict[str, Any], model: type[BaseModel], definitions: dict[str, Any]) -> None:
    """Say what fields mean where pydantic only refers to their type."""
    for name, field in model.model_fields.items():
        schema["properties"][field.alias or name].setdefault("description", field.description)
        for nested in models_in(field.annotation):
            _describe(definitions[nested.__name__], nested, definitions)


def _tidied(value: Any) -> Any:  # noqa: ANN401 - any part of a JSON schema
    """Refuse keys of another form than those there may be, and leave out what tells nothing."""
    if isinstance(value, list):
        return [_tidied(item) for item in value]
    if not isinstance(value, dict):
        return value
    is_schema = "properties" in value or "type" in value or "anyOf" in value or "$ref" in value
    tidy = {
        key: _tidied(item)
        for key, item in value.items()
        if not (is_schema and key == "title" and isinstance(item, str))
    }
    if isinstance(tidy.get("description"), str):
        tidy["description"] = " ".join(tidy["description"].replace("``", "`").split())
    if "patternProperties" in tidy:
        tidy["additionalProperties"] = False
    return tidy
