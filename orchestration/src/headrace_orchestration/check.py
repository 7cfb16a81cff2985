"""Check a planned flow against a catalog: what an image holds, without having its plugins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from headrace.plugins.suggest import suggestion
from headrace_orchestration.leakage import in_sample_faults, is_out_of_fold
from headrace_orchestration.param_schema import schema_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from headrace.contracts.catalog import Catalog, CatalogPipeline
    from headrace_orchestration.faults import Fault
    from headrace_orchestration.load import LoadedFlow
    from headrace_orchestration.planned import Plan, PlannedStep

__all__ = ["check_flow"]

_LARGEST_PARAM: Final = 120_000
"""Bytes of one param as JSON: Linux takes 128 KiB for one argument."""


def check_flow(loaded: LoadedFlow, plan: Plan, catalog: Catalog) -> list[Fault]:
    """Return everything that would make a step fail, or its numbers a lie.

    Parameters
    ----------
    loaded : LoadedFlow
        For the lines.
    plan : Plan
        Of the same flow, with any run key.
    catalog : Catalog
        Of the installation or image that will run it.
    """
    faults: list[Fault] = []
    steps = {step.name: step for step in plan.steps}
    for step in plan.steps:
        faults += _plan_faults(loaded, step)
        faults += _pipeline_faults(loaded, step, catalog)
        if step.pipeline in catalog.pipelines:
            pipeline = catalog.pipelines[step.pipeline]
            if step.mode == "train":
                faults += schema_faults(loaded, step, pipeline.params)
                faults += _key_faults(loaded, step, pipeline)
                faults += _transform_faults(loaded, step, catalog)
            if step.model_step:
                faults += _model_faults(loaded, step, steps[step.model_step], pipeline)
    faults += in_sample_faults(loaded, plan, catalog)
    return faults


def _plan_faults(loaded: LoadedFlow, step: PlannedStep) -> Iterator[Fault]:
    """Yield what can be said only when addresses and arguments are known."""
    if step.publish_uri not in (None, step.uri):
        message = f"dataset '{step.publish}' is '{step.publish_uri}', but the step makes"
        yield loaded.fault(step.name, "publish", f"{message} '{step.uri}'")
    for name, value in step.params.items():
        size = len(json.dumps(value).encode())
        if size > _LARGEST_PARAM:
            message = f"it takes {size:,} bytes; wanted at most {_LARGEST_PARAM:,}"
            yield loaded.param_fault(step.name, (name,), message)


def _pipeline_faults(loaded: LoadedFlow, step: PlannedStep, catalog: Catalog) -> Iterator[Fault]:
    pipeline = catalog.pipelines.get(step.pipeline)
    if pipeline is None:
        known = ", ".join(catalog.pipelines) or "none"
        hint = suggestion(step.pipeline, catalog.pipelines) or f"there are: {known}"
        message = f"there is no pipeline '{step.pipeline}'; {hint}"
        yield loaded.fault(step.name, "pipeline", message)
    elif step.mode not in pipeline.modes:
        has = ", ".join(pipeline.modes)
        message = f"pipeline '{step.pipeline}' has no mode '{step.mode}'; it has: {has}"
        yield loaded.fault(step.name, "mode", message)


def _key_faults(
    loaded: LoadedFlow, step: PlannedStep, pipeline: CatalogPipeline
) -> Iterator[Fault]:
    """Yield a fault where holdout and folds have no key to be decided by."""
    if not any(need.param == "key" and "train" in need.modes for need in pipeline.needs):
        return
    if step.params.get("key"):
        return
    if _value("holdout", step, pipeline) or _value("folds", step, pipeline):
        message = "params: 'key' is missing; holdout and folds need it (or set both to 0)"
        yield loaded.fault(step.name, "params", message)


def _transform_faults(loaded: LoadedFlow, step: PlannedStep, catalog: Catalog) -> Iterator[Fault]:
    """Yield a fault for each transform that the catalog does not have."""
    by_column = step.params.get("transforms")
    for column, transforms in by_column.items() if isinstance(by_column, dict) else ():
        for index, transform in enumerate(transforms if isinstance(transforms, list) else ()):
            name = transform
            if isinstance(transform, dict):  # `name: {option: value}`, or spelt out
                name = transform.get("name", next(iter(transform), None))
            if isinstance(name, str) and name not in catalog.transforms:
                known = ", ".join(catalog.transforms) or "none"
                hint = suggestion(name, catalog.transforms) or f"there are: {known}"
                yield loaded.param_fault(
                    step.name,
                    ("transforms", column, index),
                    f"there is no transform '{name}'; {hint}",
                )


def _model_faults(
    loaded: LoadedFlow, step: PlannedStep, trained: PlannedStep, pipeline: CatalogPipeline
) -> Iterator[Fault]:
    """Yield faults of a step with the model of another step of the flow."""
    if step.pipeline != trained.pipeline:
        message = f"the model of step '{trained.name}' is a '{trained.pipeline}'"
        yield loaded.fault(step.name, "model", f"{message}, the step's pipeline '{step.pipeline}'")
    elif is_out_of_fold(loaded, step.name) and _value("folds", trained, pipeline) == 0:
        message = f"step '{trained.name}' trains no fold models (folds is 0) to score out of fold"
        yield loaded.fault(step.name, "out_of_fold", message)


def _value(param: str, step: PlannedStep, pipeline: CatalogPipeline) -> JsonValue:
    """Return a training's param: as given, or its default."""
    if param in step.params:
        return step.params[param]
    properties = pipeline.params.get("properties")
    schema: Mapping[str, JsonValue] | JsonValue = (
        properties.get(param) if isinstance(properties, dict) else None
    )
    return schema.get("default") if isinstance(schema, dict) else None
