"""``train``, ``score`` and ``evaluate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headrace.cli import options
from headrace.cli.output import metrics_text, print_json, print_text, print_warning, working
from headrace.cli.project import project_labels
from headrace.cli.session import IMAGE_VARIABLE, Session, session_of
from headrace.cli.yaml_files import mapping_in, with_settings

if TYPE_CHECKING:
    from headrace.contracts.manifest import Manifest
    from headrace.contracts.request import Request

__all__ = ["evaluate", "score", "train"]

_RESULT_LIMIT = 4096
_RESULT_VARIABLE = "HEADRACE_RESULT_PATH"


def train(
    context: typer.Context,
    pipeline: options.Pipeline,
    input: options.Input,  # noqa: A002 - the option's name
    model: Annotated[
        str,
        typer.Option(
            help="Name to publish the model under: a bare name below ROOT/models, a path or a URI.",
            metavar="NAME",
        ),
    ],
    version: options.Version = None,
    params: options.Params = None,
    settings: options.Settings = None,
    where: options.Where = None,
    max_bad: options.MaxBad = 0.001,
    runner: options.Runner = "in-process",
    runner_options: options.RunnerOptions = None,
    root: options.Root = "headrace",
    as_json: options.Json = False,
) -> None:
    """Fit a model and publish it as a new version.

    The params say which columns are features and target; see 'headrace describe PIPELINE'.
    """
    _run(
        session_of(context),
        as_json=as_json,
        pipeline=pipeline,
        mode="train",
        input=input,
        model=model,
        version=version,
        params=with_settings(mapping_in(params, "--params"), settings or []),
        where=where,
        max_bad=max_bad,
        runner=runner,
        runner_options=mapping_in(runner_options, "--runner-options"),
        root=root,
    )


def score(
    context: typer.Context,
    pipeline: options.Pipeline,
    input: options.Input,  # noqa: A002 - the option's name
    output: Annotated[
        str,
        typer.Option(
            help="Name to publish the predictions under: a bare name below ROOT/datasets, a path "
            "or a URI.",
            metavar="NAME",
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(
            help="The model: NAME@VERSION, NAME@ALIAS or NAME@latest; NAME is a bare name below "
            "ROOT/models, a path or a URI. A pipeline that is never trained has none.",
            metavar="REF",
        ),
    ] = None,
    version: options.Version = None,
    params: options.Params = None,
    settings: options.Settings = None,
    out_of_fold: Annotated[
        bool,
        typer.Option(
            "--out-of-fold",
            help="Predict each row by the fold model that never saw it; for data that another "
            "model is to be trained on.",
        ),
    ] = False,
    keep: Annotated[
        str | None,
        typer.Option(
            help="Input columns to pass through, with commas between; all if left out.",
            metavar="COLS",
        ),
    ] = None,
    prediction: Annotated[
        str | None,
        typer.Option(
            help="Name of the prediction's column; PIPELINE_prediction if left out.", metavar="NAME"
        ),
    ] = None,
    interval: Annotated[
        float | None,
        typer.Option(
            help="Add prediction intervals that hold a new row's target with this probability, as "
            "columns ..._lower and ..._upper; 'headrace describe PIPELINE' says which have them.",
            metavar="LEVEL",
        ),
    ] = None,
    allow_chain: options.AllowChain = None,
    where: options.Where = None,
    max_bad: options.MaxBad = 0.001,
    runner: options.Runner = "in-process",
    runner_options: options.RunnerOptions = None,
    root: options.Root = "headrace",
    as_json: options.Json = False,
) -> None:
    """Predict every row of an input and publish the result as a dataset.

    Params are those of the model; only a pipeline with a graph of its own takes some here.
    """
    kept = None if keep is None else [name.strip() for name in keep.split(",") if name.strip()]
    _run(
        session_of(context),
        as_json=as_json,
        pipeline=pipeline,
        mode="score",
        input=input,
        model=model,
        output=output,
        version=version,
        params=with_settings(mapping_in(params, "--params"), settings or []),
        out_of_fold=out_of_fold,
        keep=kept,
        prediction=prediction,
        interval=interval,
        allow_chain=allow_chain or (),
        where=where,
        max_bad=max_bad,
        runner=runner,
        runner_options=mapping_in(runner_options, "--runner-options"),
        root=root,
    )


def evaluate(
    context: typer.Context,
    pipeline: options.Pipeline,
    input: options.Input,  # noqa: A002 - the option's name
    model: options.ModelReference,
    output: Annotated[
        str | None,
        typer.Option(
            help="Name to publish the metrics under; they are only printed if left out.",
            metavar="NAME",
        ),
    ] = None,
    version: options.Version = None,
    allow_chain: options.AllowChain = None,
    where: options.Where = None,
    max_bad: options.MaxBad = 0.001,
    runner: options.Runner = "in-process",
    runner_options: options.RunnerOptions = None,
    root: options.Root = "headrace",
    as_json: options.Json = False,
) -> None:
    """Measure a model on rows with a target."""
    _run(
        session_of(context),
        as_json=as_json,
        pipeline=pipeline,
        mode="evaluate",
        input=input,
        model=model,
        output=output,
        version=version,
        allow_chain=allow_chain or (),
        where=where,
        max_bad=max_bad,
        runner=runner,
        runner_options=mapping_in(runner_options, "--runner-options"),
        root=root,
    )


def _run(session: Session, *, as_json: bool, **values: Any) -> None:  # noqa: ANN401 - the request validates them
    from headrace.cli.stopping import stop_on_signals
    from headrace.runtime.run import run

    known = {
        "labels": project_labels(session.environment),
        "image": session.environment.get(IMAGE_VARIABLE, ""),
    }
    request = _request(values | known)
    with stop_on_signals(), working(f"{request.mode} {request.pipeline}"):
        manifest, was_done = run(request, session.plugins, session.disabled)
    is_published = request.mode != "evaluate" or request.output is not None
    address = manifest.address if is_published else None
    _write_result(manifest, address, session.environment.get(_RESULT_VARIABLE))
    if as_json:
        print_json(manifest.model_dump_json())
        return
    for warning in manifest.warnings:
        print_warning(warning)
    done = "already done" if was_done else "done"
    for line in _summary(manifest, f"{done}: {address or 'measured; --output keeps the result'}"):
        print_text(line)


def _request(values: dict[str, Any]) -> Request:
    from pydantic import ValidationError

    from headrace.contracts.request import Request
    from headrace.errors import raise_all
    from headrace.plugins.faults import setting_faults

    try:
        return Request.model_validate(values)
    except ValidationError as error:
        raise_all(setting_faults(error, "option", Request.model_fields, where="the command line"))
        raise


def _summary(manifest: Manifest, headline: str) -> list[str]:
    rows = manifest.rows
    counts = ", ".join(
        f"{count:,} {name}" for name, count in rows.model_dump().items() if count or name == "read"
    )
    lines = [headline, f"  rows:    {counts}"]
    if manifest.metrics:
        lines.append(f"  metrics: {metrics_text(manifest.metrics)}")
    lines.append(f"  seconds: {manifest.seconds:g}")
    return lines


def _write_result(manifest: Manifest, address: str | None, path: str | None) -> None:
    """Leave the small part of the result where an orchestrator picks it up."""
    if path is None:
        return
    result = {
        "address": address,
        "rows": manifest.rows.model_dump(),
        "metrics": manifest.metrics,
        "seconds": manifest.seconds,
    }
    text = json.dumps(result)
    if len(text) > _RESULT_LIMIT:
        text = json.dumps({"address": address, "seconds": manifest.seconds})
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:  # the run itself is done, and its manifest says all this
        print_warning(f"The result cannot be written to {path}: {error.strerror}")
