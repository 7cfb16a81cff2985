"""``list``, ``describe`` and ``catalog``: what is installed; imports no plugin's library."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headrace.cli import options
from headrace.cli.output import print_json, print_table, print_text, print_warning, table
from headrace.cli.session import IMAGE_VARIABLE, session_of
from headrace.contracts.catalog import INPUT_FORMAT

if TYPE_CHECKING:
    from headrace.plugins.manager import Plugins

__all__ = ["catalog", "describe", "list_pipelines"]


def list_pipelines(context: typer.Context, as_json: options.Json = False) -> None:
    """List the installed pipelines."""
    plugins = session_of(context).plugins
    pipelines = [(spec, plugins.owner(name)) for name, spec in plugins.pipelines.items()]
    _warn_of_problems(plugins)
    if as_json:
        entries = [
            {
                "name": spec.name,
                "summary": spec.summary,
                "modes": spec.modes,
                "distribution": owner.distribution,
                "version": owner.version,
            }
            for spec, owner in pipelines
        ]
        print_json(json.dumps(entries))
        return
    rows = [
        (spec.name, spec.summary, ", ".join(spec.modes), owner.distribution, owner.version)
        for spec, owner in pipelines
    ]
    if not rows:
        print_text("No pipelines are installed. Install one, such as: pip install headrace-linreg")
        return
    print_table(table(("pipeline", "what it does", "modes", "package", "version"), rows))
    print_text("More on one: headrace describe PIPELINE")


def describe(
    context: typer.Context, pipeline: options.Pipeline, as_json: options.Json = False
) -> None:
    """Show a pipeline's params, and the columns it needs and adds."""
    from headrace.plugins.catalog import catalog_pipeline

    plugins = session_of(context).plugins
    described = catalog_pipeline(plugins, pipeline)
    if as_json:
        print_json(described.model_dump_json())
        return
    owner = plugins.owner(pipeline)
    print_text(f"{pipeline}: {described.summary}")
    print_text(
        f"package {owner.distribution} {owner.version}; modes {', '.join(described.modes)}\n"
    )
    required = described.params.get("required", [])
    definitions = described.params.get("$defs", {})
    rows = [
        (
            name,
            _type_text(schema, definitions),
            "(required)" if name in _listed(required) else _default_text(schema.get("default")),
            " ".join(str(schema.get("description", "")).split()),
        )
        for name, schema in _properties(described.params)
    ]
    print_table(table(("param", "type", "default", "meaning"), rows, title="Params"))
    needs = [(need.param, ", ".join(need.modes), need.types) for need in described.needs]
    if needs:
        headings = ("columns named by", "in modes", "types")
        print_table(table(headings, needs, title="Columns it needs"))
    print_text(f"Columns that scoring adds: {', '.join(described.adds)}")
    if described.intervals:
        ends = [f"{name}_{end}" for name in described.adds for end in ("lower", "upper")]
        print_text(f"and with --interval LEVEL: {', '.join(ends)}")
    if not described.has_own_graph:
        print_text(f"Transforms to choose from: {', '.join(plugins.transforms)}")


def catalog(
    context: typer.Context,
    as_json: Annotated[  # noqa: ARG001 - a catalog is JSON with the option and without
        bool, typer.Option("--json", help="Print JSON; a catalog is nothing else.")
    ] = True,
) -> None:
    """Print what this installation holds as JSON, for 'headrace flow check --catalog'."""
    from headrace.plugins.catalog import build_catalog

    session = session_of(context)
    image = session.environment.get(IMAGE_VARIABLE, "")
    made = build_catalog(session.plugins).model_copy(update={"image": image})
    _warn_of_problems(session.plugins)
    print_json(made.model_dump_json(indent=2))


def _warn_of_problems(plugins: Plugins) -> None:
    for problem in plugins.problems:
        print_warning(str(problem))


def _properties(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return list(schema.get("properties", {}).items())


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _type_text(schema: dict[str, Any], definitions: object) -> str:
    """Return a JSON schema's type in words: ``integer 1..``, ``list of string``, ``a | b``."""
    if schema.get("format") == INPUT_FORMAT:
        return "input"
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if "anyOf" in schema:
        texts = [_type_text(option, definitions) for option in schema["anyOf"]]
        return " or ".join("none" if text == "null" else text for text in texts)
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return "transform" if name == "TransformStep" else str(name)
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"list of {_type_text(schema.get('items', {}), definitions)}"
    if kind == "object":
        values = schema.get("additionalProperties")
        inner = _type_text(values, definitions) if isinstance(values, dict) else "any"
        return f"mapping of name to {inner}"
    return f"{kind} {_bounds(schema)}".rstrip()


def _bounds(schema: dict[str, Any]) -> str:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if low is None and high is None:
        return ""
    opening = "(" if low is None or "exclusiveMinimum" in schema else "["
    closing = ")" if high is None or "exclusiveMaximum" in schema else "]"
    return f"{opening}{_number(low)}, {_number(high)}{closing}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _default_text(value: object) -> str:
    if value is None:
        return "none"
    return json.dumps(value)
