"""Check a request as far as it goes without reading data; imports nothing heavy.

All faults are found before any is raised. A request that was carried out before is known here,
so that asking again costs no more than this.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, TypeVar, cast

from pydantic import ValidationError

from headrace.contracts.digests import digest_of
from headrace.contracts.params import UpdatableParams, input_params
from headrace.contracts.references import (
    check_version,
    default_version,
    name_uri,
    parse_reference,
)
from headrace.errors import HeadraceError, RequestError, raise_all
from headrace.plugins.faults import setting_faults
from headrace.plugins.specs import GraphSpec
from headrace.runtime.chain import check_chain
from headrace.runtime.fitted_on import update_faults
from headrace.storage.inputs import resolve_input
from headrace.storage.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from headrace.contracts.manifest import Manifest
    from headrace.contracts.params import Params
    from headrace.contracts.request import Request
    from headrace.data.where import Where
    from headrace.plugins.manager import Plugins
    from headrace.plugins.specs import PipelineSpec
    from headrace.storage.inputs import ResolvedInput

__all__ = ["Work", "check_request"]

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Work:
    """A request, checked.

    Parameters
    ----------
    request : Request
    plugins : Plugins
    params : Params, optional
        In the modes that take them.
    source : ResolvedInput
    inputs : mapping of str to ResolvedInput
        What params of type `InputUri` name, by param.
    model : Manifest, optional
        Of the model that scores, is evaluated, or is updated by a training.
    model_folder : str
        Where that model's files lie.
    target : Versions, optional
        Name under which the run publishes; an evaluation may have none.
    version : str
    folder : str
        Name of the run's own folders: random, so that no other run has it.
    digest : str
        Of the request.
    where : Where, optional
    started : datetime
    done : Manifest, optional
        What an earlier run of the same request has published at this address.
    warnings : tuple of str
        What was found, and allowed by the request.
    """

    request: Request
    plugins: Plugins
    params: Params | None
    source: ResolvedInput
    inputs: Mapping[str, ResolvedInput]
    model: Manifest | None
    model_folder: str
    target: Versions | None
    version: str
    folder: str
    digest: str
    where: Where | None
    started: datetime
    done: Manifest | None
    warnings: tuple[str, ...] = ()


class _Faults:
    """Faults as they are found."""

    def __init__(self) -> None:
        self.found: list[HeadraceError] = []

    def attempt(self, check: Callable[[], Result]) -> Result | None:
        """Return a check's result, or None and note its fault."""
        try:
            return check()
        except HeadraceError as error:
            self.found.append(error)
            return None


def check_request(request: Request, plugins: Plugins, now: datetime) -> Work:
    """Check a request against plugins and storage.

    Raises
    ------
    HeadraceError
        All faults together, or that the version is taken by another request.
    """
    faults = _Faults()
    spec = faults.attempt(lambda: plugins.pipeline(request.pipeline))
    params = None
    if spec is not None:
        faults.attempt(lambda: _check_mode(request, spec))
        faults.attempt(lambda: _check_options(request, spec))
        faults.attempt(lambda: _check_interval(request, spec, plugins))
        if request.mode in spec.modes_with_params:
            params = _parse_params(request, plugins, faults)
    where = faults.attempt(lambda: _parse_where(request.where))
    source = faults.attempt(lambda: resolve_input(request.input, request.root))
    inputs = _resolve_inputs(request, params, faults)
    target = faults.attempt(lambda: _target(request))
    model = None
    if request.mode != "train" and (spec.has_models if spec else request.model is not None):
        model = faults.attempt(lambda: _find_model(request))
    if isinstance(params, UpdatableParams) and params.base is not None:
        model = faults.attempt(partial(_find_base, request, params.base))
        if model is not None:
            faults.found += update_faults(model[0], params, source, request.where)
    faults.attempt(lambda: _check_version(request))
    warnings = None
    if source is not None and model is not None:
        warnings = faults.attempt(lambda: check_chain(model[0], source, request.allow_chain))
    raise_all(faults.found)
    assert source is not None  # noqa: S101 - its fault would have been raised
    manifest, folder = model or (None, "")
    digest = _digest(request, plugins, params, source, inputs, manifest)
    version = request.version or default_version(now, digest)
    done = target.find(version) if target is not None else None
    if done is not None and done.request_digest != digest:
        raise RequestError(
            f"Version '{version}' was published by another request, and versions never change",
            where=done.address,
            fix="use another --version, or leave it out to have one made",
        )
    return Work(
        request=request,
        plugins=plugins,
        params=params,
        source=source,
        inputs=inputs,
        model=manifest,
        model_folder=folder,
        target=target,
        version=version,
        folder=secrets.token_hex(4),
        digest=digest,
        where=where,
        started=now,
        done=done,
        warnings=warnings or (),
    )


def _parse_params(request: Request, plugins: Plugins, faults: _Faults) -> Params | None:
    """Return a run's params, or None and note all their faults."""
    params_type = faults.attempt(
        lambda: cast("type[Params]", plugins.load_params(request.pipeline))
    )
    if params_type is None:
        return None
    try:
        return params_type.model_validate(request.params)
    except ValidationError as error:
        faults.found += setting_faults(
            error,
            "param",
            params_type.model_fields,
            where="--params, --set",
            missing="add it to the file, or --set {name}=...",
            otherwise=f"headrace describe {request.pipeline}",
        )
        return None


def _resolve_inputs(
    request: Request, params: Params | None, faults: _Faults
) -> dict[str, ResolvedInput]:
    """Return what the params that name inputs mean now, and note all faults."""
    found = {}
    for name in () if params is None else input_params(type(params)):
        uri = getattr(params, name)
        if uri is not None:
            source = faults.attempt(partial(_resolve, name, uri, request.root))
            if source is not None:
                found[name] = source
    return found


def _resolve(param: str, uri: str, root: str) -> ResolvedInput:
    try:
        return resolve_input(uri, root)
    except HeadraceError as error:
        raise type(error)(f"Param '{param}': {error.what}", error.where, error.fix) from error


def _check_options(request: Request, spec: PipelineSpec) -> None:
    """Refuse what the pipeline would silently leave out."""
    if request.params and request.mode in spec.modes and request.mode not in spec.modes_with_params:
        raise RequestError(
            f"Pipeline '{spec.name}' takes no params to {request.mode}: they come with the model",
            where="--params, --set",
            fix="leave them out, or train a model with them",
        )
    if request.mode != "train" and request.model is not None and not spec.has_models:
        raise RequestError(
            f"Pipeline '{spec.name}' scores without a model, and --model names one",
            where="--model",
            fix="leave it out",
        )
    given = {
        "--where": request.where is not None,
        "--keep": request.keep is not None,
        "--prediction": request.prediction is not None,
        "--out-of-fold": request.out_of_fold,
    }
    named = ", ".join(name for name, is_given in given.items() if is_given)
    if named and isinstance(spec, GraphSpec):
        raise RequestError(
            f"Pipeline '{spec.name}' has a graph of its own, which knows nothing of {named}",
            where=named,
            fix=f"leave it out; its own params: headrace describe {spec.name}",
        )


def _check_interval(request: Request, spec: PipelineSpec, plugins: Plugins) -> None:
    if request.interval is None:
        return
    if not spec.intervals:
        able = [name for name, found in plugins.pipelines.items() if found.intervals]
        raise RequestError(
            f"The models of pipeline '{spec.name}' have no prediction intervals",
            where=f"--interval; pipelines that have them: {', '.join(able) or 'none'}",
            fix="leave it out",
        )
    if request.out_of_fold:
        raise RequestError(
            "--interval and --out-of-fold do not go together: only the full model knows how "
            "precise its coefficients are, the fold models just predict",
            where="--interval, --out-of-fold",
            fix="score twice",
        )


def _check_mode(request: Request, spec: PipelineSpec) -> None:
    if request.mode not in spec.modes:
        raise RequestError(
            f"Pipeline '{spec.name}' has no mode '{request.mode}'",
            where=f"its modes: {', '.join(spec.modes)}",
        )


def _check_version(request: Request) -> None:
    if request.version is not None:
        try:
            check_version(request.version)
        except RequestError as error:
            raise RequestError(error.what, where="--version", fix=error.fix) from error


def _parse_where(text: str | None) -> Where | None:
    if text is None:
        return None
    from headrace.data.where import parse_where  # noqa: PLC0415 - imports Arrow

    return parse_where(text)


def _target(request: Request) -> Versions | None:
    if request.mode == "train":
        if request.model is None:
            raise RequestError("A training needs a --model", where="--model")
        reference = parse_reference(request.model)
        if reference.selector is not None:
            raise RequestError(
                f"A training publishes a new version, so --model takes a name: got "
                f"'{request.model}'",
                where="--model",
                fix=f"--model {reference.name_uri} --version {reference.selector}",
            )
        return Versions(name_uri(request.model, root=request.root, kind="models"), "model")
    if request.output is None:
        if request.mode == "score":
            raise RequestError("A scoring needs an --output", where="--output")
        return None
    return Versions(name_uri(request.output, root=request.root, kind="datasets"), "dataset")


def _find_model(request: Request) -> tuple[Manifest, str]:
    if request.model is None:
        raise RequestError(
            f"Pipeline '{request.pipeline}' needs a --model to {request.mode}",
            where="--model",
            fix="name one that it has trained: --model NAME@latest, NAME@VERSION or NAME@ALIAS",
        )
    return _model_of(request, request.model)


def _find_base(request: Request, base: str) -> tuple[Manifest, str]:
    try:
        return _model_of(request, base)
    except HeadraceError as error:
        raise type(error)(f"Param 'base': {error.what}", error.where, error.fix) from error


def _model_of(request: Request, text: str) -> tuple[Manifest, str]:
    reference = parse_reference(text)
    versions = Versions(name_uri(reference.name_uri, root=request.root, kind="models"), "model")
    version = versions.resolve(reference.selector)
    manifest = versions.manifest(version)
    if manifest.pipeline != request.pipeline:
        raise RequestError(
            f"Model '{text}' was trained by pipeline '{manifest.pipeline}', "
            f"not by '{request.pipeline}'",
            where=manifest.address,
            fix=f"headrace {request.mode} {manifest.pipeline} ..., or name another model",
        )
    return manifest, versions.files_uri(manifest)


def _digest(
    request: Request,
    plugins: Plugins,
    params: Params | None,
    source: ResolvedInput,
    inputs: Mapping[str, ResolvedInput],
    model: Manifest | None,
) -> str:
    plugin = plugins.owner(request.pipeline)
    content = {name: found.digest for name, found in inputs.items()}  # in the place of its name
    if isinstance(params, UpdatableParams) and model is not None:
        content["base"] = model.digest
    return digest_of(
        {
            "pipeline": request.pipeline,
            "mode": request.mode,
            "params": None if params is None else params.model_dump(mode="json") | content,
            "input": source.digest,
            "model": None if model is None else model.digest,
            "where": request.where,
            "max_bad": request.max_bad,
            "out_of_fold": request.out_of_fold,
            "interval": request.interval,
            "keep": None if request.keep is None else list(request.keep),
            "prediction": request.prediction,
            "allow_chain": sorted(request.allow_chain),
            "plugins": {
                "headrace": metadata.version("headrace"),
                plugin.distribution: plugin.version,
            },
        }
    )
