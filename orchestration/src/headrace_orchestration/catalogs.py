"""Find the catalog a flow is checked against: a file, this installation, or another entrypoint."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from headrace.contracts.catalog import CATALOG_FORMAT, Catalog
from headrace.errors import PluginError, RequestError
from headrace_orchestration.environment import DEFAULT_ENTRYPOINT, find_entrypoint
from headrace_orchestration.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Collection

    from headrace_orchestration.environment import Environment

__all__ = ["catalog_versions", "find_catalog", "image_catalogs", "read_catalog"]

_SECONDS = 120
_FORMAT = '"format"'


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


def image_catalogs(environment: Environment) -> tuple[dict[str, Catalog], list[Fault]]:
    """Return the catalogs of the environment's images, and those that are of another image.

    An image whose tag may change unseen is compared by its name alone.

    Raises
    ------
    RequestError
        A catalog cannot be read.
    """
    catalogs, faults = {}, []
    for name, file in environment.catalogs.items():
        catalogs[name] = catalog = read_catalog(Path(file))
        image = environment.images[name]
        if _part_after_at(image) and _part_after_at(image) != _part_after_at(catalog.image):
            of = f"is of '{catalog.image}'" if catalog.image else "does not say of which it is"
            message = (
                f"images.{name}: '{image}', but its catalog, '{file}', {of}; make it in that "
                "image: 'headrace catalog --json', with the image in $HEADRACE_IMAGE"
            )
            source = environment.source
            faults.append(
                source.fault(("images", name), message) if source else Fault(file, 1, message)
            )
    return catalogs, faults


def _part_after_at(image: str) -> str:
    return image.partition("@")[2]


def catalog_versions(catalog: Catalog) -> dict[str, str]:
    """Return distribution to version of the code that a catalog stands for."""
    plugins = {plugin.distribution: plugin.version for plugin in catalog.plugins.values()}
    return {**plugins, "headrace": catalog.version}


def _check_format(text: bytes, where: str) -> None:
    """Refuse a catalog of another version of the format, before its fields puzzle anybody."""
    try:
        value = json.loads(text)
    except ValueError:
        return
    found = value.get("format") if isinstance(value, dict) else None
    if not isinstance(found, str) or found == CATALOG_FORMAT or "headrace/catalog/" not in found:
        return
    lines = text.decode(errors="replace").splitlines()
    line = next((n for n, said in enumerate(lines, 1) if _FORMAT in said), 1)
    raise RequestError(
        f"The catalog has the format '{found}'; this installation reads '{CATALOG_FORMAT}'",
        where=f"{where}:{line}",
        fix="use headrace and headrace-orchestration of the same version",
    )


def _parse(text: bytes, where: str) -> Catalog:
    try:
        return Catalog.model_validate_json(text)
    except ValidationError as error:
        _check_format(text, where)
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        raise RequestError(
            f"This is not a catalog: {place}: {fault['msg']}",
            where=where,
            fix="make one with 'headrace catalog --json'",
        ) from error
