"""Check a request as far as it goes without reading data; imports nothing heavy.

All faults are found before any is raised. A request that was carried out before is known here,
so that asking again costs no more than this.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, TypeVar, cast

from pydantic import ValidationError

from headrace.contracts.digests import digest_of
from headrace.contracts.references import (
    check_version,
    default_version,
    name_uri,
    parse_reference,
)
from headrace.errors import HeadraceError, RequestError, raise_all
from headrace.plugins.faults import setting_faults
from headrace.storage.inputs import resolve_input
from headrace.storage.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from headrace.contracts.manifest import Manifest
    from headrace.contracts.params import SupervisedParams
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
    params : SupervisedParams, optional
        Of a training.
    source : ResolvedInput
    model : Manifest, optional
        Of the model that scores or is evaluated.
    model_folder : str
        Where that model's files lie.
    target : Versions, optional
        Name under which the run publishes; an evaluation may have none.
    version : str
    digest : str
        Of the request.
    where : Where, optional
    started : datetime
    done : Manifest, optional
        What an earlier run of the same request has published at this address.
    """

    request: Request
    plugins: Plugins
    params: SupervisedParams | None
    source: ResolvedInput
    model: Manifest | None
    model_folder: str
    target: Versions | None
    version: str
    digest: str
    where: Where | None
    started: datetime
    done: Manifest | None


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
        if request.mode == "train":
            params = _parse_params(request, plugins, faults)
    where = faults.attempt(lambda: _parse_where(request.where))
    source = faults.attempt(lambda: resolve_input(request.input, request.root))
    target = faults.attempt(lambda: _target(request))
    model = None
    if request.mode != "train":
        model = faults.attempt(lambda: _find_model(request))
    faults.attempt(lambda: _check_version(request))
    raise_all(faults.found)
    assert source is not None  # noqa: S101 - its fault would have been raised
    manifest, folder = model or (None, "")
    digest = _digest(request, plugins, params, source, manifest)
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
        model=manifest,
        model_folder=folder,
        target=target,
        version=version,
        digest=digest,
        where=where,
        started=now,
        done=done,
    )


def _parse_params(request: Request, plugins: Plugins, faults: _Faults) -> SupervisedParams | None:
    """Return a training's params, or None and note all their faults."""
    params_type = faults.attempt(
        lambda: cast("type[SupervisedParams]", plugins.load_params(request.pipeline))
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
    reference = parse_reference(request.model)
    versions = Versions(name_uri(reference.name_uri, root=request.root, kind="models"), "model")
    version = versions.resolve(reference.selector)
    manifest = versions.manifest(version)
    if manifest.pipeline != request.pipeline:
        raise RequestError(
            f"Model '{request.model}' was trained by pipeline '{manifest.pipeline}', "
            f"not by '{request.pipeline}'",
            where=manifest.address,
            fix=f"headrace {request.mode} {manifest.pipeline} ..., or name another model",
        )
    return manifest, versions.store.uri(versions.version_path(version).rstrip("/"))


def _digest(
    request: Request,
    plugins: Plugins,
    params: SupervisedParams | None,
    source: ResolvedInput,
    model: Manifest | None,
) -> str:
    plugin = plugins.owner(request.pipeline)
    return digest_of(
        {
            "pipeline": request.pipeline,
            "mode": request.mode,
            "params": None if params is None else params.model_dump(mode="json"),
            "input": source.digest,
            "model": None if model is None else model.digest,
            "where": request.where,
            "max_bad": request.max_bad,
            "out_of_fold": request.out_of_fold,
            "keep": None if request.keep is None else list(request.keep),
            "prediction": request.prediction,
            "plugins": {
                "headrace": metadata.version("headrace"),
                plugin.distribution: plugin.version,
            },
        }
    )
