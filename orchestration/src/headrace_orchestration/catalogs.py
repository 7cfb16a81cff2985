"""Find the catalog a flow is checked against: a file, this installation, or another entrypoint."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from pydantic import ValidationError

from headrace.contracts.catalog import Catalog
from headrace.errors import PluginError, RequestError
from headrace_orchestration.environment import DEFAULT_ENTRYPOINT, find_entrypoint

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from headrace_orchestration.environment import Environment

__all__ = ["catalog_versions", "find_catalog", "read_catalog"]

_SECONDS = 120


def read_catalog(path: Path) -> Catalog:
    """Read a catalog, as ``headrace catalog --json`` prints it.

    Raises
    ------
    RequestError
        There is no such file, or it is no catalog.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise RequestError(f"Cannot read the catalog: {error}", where=str(path)) from error
    return _parse(text, str(path))


def find_catalog(environment: Environment, disabled: Collection[str] = ()) -> Catalog:
    """Return what the environment's entrypoint can run.

    Parameters
    ----------
    environment : Environment
        Its default entrypoint is this installation, which need not be started to be asked.
    disabled : collection of str
        Plugins that are switched off.

    Raises
    ------
    PluginError
        A plugin cannot be imported, or the entrypoint fails.
    """
    if environment.entrypoint == DEFAULT_ENTRYPOINT:
        # Plugins are imported only to be asked.
        from headrace.plugins import discover  # noqa: PLC0415
        from headrace.plugins.catalog import build_catalog  # noqa: PLC0415

        return build_catalog(discover(disabled))
    command = [*find_entrypoint(environment.entrypoint), "catalog", "--json"]
    try:
        done = subprocess.run(  # noqa: S603 - the environment's own entrypoint
            command, capture_output=True, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or b""
        raise PluginError(
            f"The entrypoint cannot say what it holds: {error}",
            where=" ".join(command),
            fix=said.decode(errors="replace").strip(),
        ) from error
    return _parse(done.stdout, " ".join(command))


def catalog_versions(catalog: Catalog) -> dict[str, str]:
    """Return distribution to version of the code that a catalog stands for."""
    plugins = {plugin.distribution: plugin.version for plugin in catalog.plugins.values()}
    return {**plugins, "headrace": catalog.version}


def _parse(text: bytes, where: str) -> Catalog:
    try:
        return Catalog.model_validate_json(text)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        raise RequestError(
            f"This is not a catalog: {place}: {fault['msg']}",
            where=where,
            fix="make one with 'headrace catalog --json'",
        ) from error
