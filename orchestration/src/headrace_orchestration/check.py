"""Check a planned flow against a catalog: what an image holds, without having its plugins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from headrace.contracts.catalog import INPUT_FORMAT
from headrace.contracts.references import parse_reference
from headrace.errors import RequestError
from headrace.plugins.suggest import suggestion
from headrace_orchestration.columns import column_faults
from headrace_orchestration.edges import further_inputs, upstream
from headrace_orchestration.leakage import in_sample_faults, is_out_of_fold
from headrace_orchestration.param_schema import schema_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from headrace.contracts.catalog import Catalog, CatalogPipeline
    from headrace_orchestration.faults import Fault
    from headrace_orchestration.load import LoadedFlow
    from headrace_orchestration.planned import Plan, PlannedStep
    from headrace_orchestration.yaml_source import Location

__all__ = ["check_flow"]

_LARGEST_PARAM: Final = 120_000
"""Bytes of one param as JSON: Linux takes 128 KiB for one argument."""


def check_flow(
    loaded: LoadedFlow,
    plan: Plan,
    catalog: Catalog,
    of_images: Mapping[str, Catalog] | None = None,
) -> list[Fault]:
    """Return everything that would make a step fail, or its numbers a lie.

    Parameters
    ----------
    loaded : LoadedFlow
        For the lines.
    plan : Plan
        Of the same flow, with any run key.
    catalog : Catalog
        Of the installation that will run it.
    of_images : mapping of str to Catalog
        Of images, for the steps that run in them.
    """
    faults: list[Fault] = []
    steps = {step.name: step for step in plan.steps}
    images = of_images or {}

    def held(step: PlannedStep) -> Catalog:
        return images.get(step.image or "", catalog)

    def pipeline_of(step: PlannedStep) -> CatalogPipeline | None:
        return held(step).pipelines.get(step.pipeline)

    for step in plan.steps:
        if step.wait is not None:
            faults += _wait_faults(loaded, step)
            continue
        catalog = held(step)
        faults += _plan_faults(loaded, step)
        faults += _chain_faults(loaded, step, catalog)
        faults += _pipeline_faults(loaded, step, catalog, in_image=step.image in images)
        if step.pipeline in catalog.pipelines:
            pipeline = catalog.pipelines[step.pipeline]
            if step.mode == "train" or pipeline.has_own_graph:
                faults += schema_faults(loaded, step, pipeline.params)
                faults += _input_faults(loaded, step, pipeline)
            if step.mode == "train" and not pipeline.has_own_graph:
                faults += _key_faults(loaded, step, pipeline)
                faults += _transform_faults(loaded, step, catalog)
            faults += _option_faults(loaded, step, pipeline)
            if step.model_step:
                faults += _model_faults(loaded, step, steps[step.model_step], pipeline)
    faults += column_faults(loaded, plan, pipeline_of)
    faults += in_sample_faults(loaded, plan, pipeline_of)
    return faults


def _wait_faults(loaded: LoadedFlow, step: PlannedStep) -> Iterator[Fault]:
    """Yield a fault where a step waits for something that no other flow publishes."""
    if upstream(loaded.flow.steps[step.name].input) is not None:
        message = "a step waits for a dataset of another flow; for a step of this one, refer to it"
        yield loaded.fault(step.name, "input", message)
        return
    try:
        selector = parse_reference(step.input_uri).selector
    except RequestError as error:
        yield loaded.fault(step.name, "input", error.what)
        return
    if selector is None:
        message = f"'{step.input_uri}' is no published dataset; wanted NAME@published"
        yield loaded.fault(step.name, "input", message)


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


def _pipeline_faults(
    loaded: LoadedFlow, step: PlannedStep, catalog: Catalog, *, in_image: bool
) -> Iterator[Fault]:
    pipeline = catalog.pipelines.get(step.pipeline)
    if pipeline is None:
        known = ", ".join(catalog.pipelines) or "none"
        hint = suggestion(step.pipeline, catalog.pipelines) or f"there are: {known}"
        where = f"image '{step.image}' holds no" if in_image else "there is no"
        yield loaded.fault(step.name, "pipeline", f"{where} pipeline '{step.pipeline}'; {hint}")
    elif step.mode not in pipeline.modes:
        has = ", ".join(pipeline.modes)
        message = f"pipeline '{step.pipeline}' has no mode '{step.mode}'; it has: {has}"
        yield loaded.fault(step.name, "mode", message)


def _chain_faults(loaded: LoadedFlow, step: PlannedStep, catalog: Catalog) -> Iterator[Fault]:
    """Yield a fault for each pipeline of ``allow_chain`` that there is not."""
    chain = getattr(loaded.flow.steps[step.name], "allow_chain", ())
    for index, name in enumerate(chain):
        if name not in catalog.pipelines:
            at: Location = ("steps", step.name, "allow_chain", index)
            hint = suggestion(name, catalog.pipelines) or "leave it out"
            place = loaded.source.place(at[:3])
            message = f"{place}: there is no pipeline '{name}'; {hint}"
            yield loaded.source.fault(at, message)


def _option_faults(
    loaded: LoadedFlow, step: PlannedStep, pipeline: CatalogPipeline
) -> Iterator[Fault]:
    """Yield what the step gives that its pipeline does not take, and what it lacks."""
    if pipeline.has_own_graph:
        for field in ("where", "keep", "prediction", "out_of_fold"):
            if getattr(loaded.flow.steps[step.name], field, None):
                message = (
                    f"pipeline '{step.pipeline}' has a graph of its own, which knows no {field}"
                )
                yield loaded.fault(step.name, field, message)
    elif step.mode != "train" and step.params:
        message = f"a step with mode {step.mode} has the params of its model; leave these out"
        yield loaded.fault(step.name, "params", message)
    if step.mode == "train":
        return
    if getattr(loaded.flow.steps[step.name], "interval", None) is not None:
        if not pipeline.intervals:
            message = f"the models of pipeline '{step.pipeline}' have no prediction intervals"
            yield loaded.fault(step.name, "interval", message)
        elif is_out_of_fold(loaded, step.name):
            message = "fold models have no prediction intervals; leave it or out_of_fold out"
            yield loaded.fault(step.name, "interval", message)
    if step.model_uri is None and "train" in pipeline.modes:
        yield loaded.fault(step.name, "mode", f"pipeline '{step.pipeline}' needs a model to score")
    if step.model_uri is not None and "train" not in pipeline.modes:
        message = f"pipeline '{step.pipeline}' scores without a model; leave it out"
        yield loaded.fault(step.name, "model", message)


def _input_faults(
    loaded: LoadedFlow, step: PlannedStep, pipeline: CatalogPipeline
) -> Iterator[Fault]:
    """Yield a fault for each param that names an input otherwise than by a reference.

    What a step reads decides whether it is to run again, so the flow has to know of it.
    """
    given = loaded.flow.steps[step.name]
    known = further_inputs(given)
    in_file = step.name in loaded.params_files
    first = loaded.params_files[step.name].value if in_file else getattr(given, "params", {})
    twice = set(first if isinstance(first, dict) else ()) & set(getattr(given, "overrides", ()))
    properties = pipeline.params.get("properties")
    for name, schema in properties.items() if isinstance(properties, dict) else ():
        is_input = INPUT_FORMAT in json.dumps(schema)
        if is_input and step.params.get(name) is not None and name not in known:
            message = f"'{name}' is an input; name it by ${{datasets.…}} or ${{steps.….output}}"
            yield loaded.param_fault(step.name, (name,), message)
        if is_input and name in twice:
            message = f"input '{name}' is bound twice, by 'params' and by 'set'"
            yield loaded.fault(step.name, "set", message)


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
