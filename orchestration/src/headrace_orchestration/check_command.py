"""``headrace flow check``: what a flow's author runs before anything else does."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from headrace.errors import RequestError, raise_all
from headrace_orchestration.catalogs import find_catalog, image_catalogs, read_catalog
from headrace_orchestration.check import check_flow
from headrace_orchestration.environment import load_environment
from headrace_orchestration.faults import raise_faults
from headrace_orchestration.images import image_faults
from headrace_orchestration.load import read_flow
from headrace_orchestration.plan import plan_flow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from headrace.contracts.catalog import Catalog
    from headrace_orchestration.environment import Environment
    from headrace_orchestration.faults import Fault
    from headrace_orchestration.planned import Plan

__all__ = ["check_command", "read_assignments"]


def check_command(
    path: Path,
    environment_file: Path | None,
    *,
    root: str | None,
    params: Sequence[str],
    catalog_file: Path | None,
    as_json: bool,
    disabled: Collection[str] = (),
) -> None:
    """Check a flow and say so.

    Raises
    ------
    HeadraceError
        With everything that is wrong; after the JSON is printed, where that is asked for.
    """
    given = read_assignments(params)
    environment = load_environment(environment_file, root)
    loaded, faults = read_flow(path)
    n_steps = len(loaded.flow.steps) if loaded else 0
    against = ""
    if loaded and not faults:
        partitioning = loaded.flow.partitioning
        partition = partitioning.example if partitioning else None  # all are alike
        plan = plan_flow(loaded, environment, "v0", given, partition)
        faults = [*image_faults(loaded, environment)]
        catalog, of_images, found = _catalogs(plan, environment, catalog_file, disabled)
        faults += [*found, *check_flow(loaded, plan, catalog, of_images)]
        against = _against(catalog_file, of_images)
    if as_json:
        sys.stdout.write(_as_json(path.stem, n_steps, faults))
    raise_faults(f"Flow '{path.stem}'", faults)
    if not as_json:
        steps = "1 step" if n_steps == 1 else f"{n_steps} steps"
        sys.stdout.write(f"Flow '{path.stem}': {steps}, no faults, checked against {against}\n")


def _catalogs(
    plan: Plan, environment: Environment, file: Path | None, disabled: Collection[str]
) -> tuple[Catalog, dict[str, Catalog], list[Fault]]:
    """Return a catalog for all steps, those of images, and images with a catalog of another.

    Where all steps run in images whose catalogs are there, no plugin needs to be installed.
    """
    if file is not None:
        return read_catalog(file), {}, []
    of_images, faults = ({}, []) if environment.runtime == "local" else image_catalogs(environment)
    images = {step.image for step in plan.steps if step.wait is None}
    if of_images and images <= of_images.keys():
        return next(iter(of_images.values())), of_images, faults
    return find_catalog(environment, disabled), of_images, faults


def _against(file: Path | None, of_images: Mapping[str, Catalog]) -> str:
    if file is not None:
        return f"catalog {file}"
    if of_images:
        return f"the catalogs of images: {', '.join(of_images)}"
    return "what the entrypoint can run"


def _as_json(flow: str, n_steps: int, faults: Sequence[Fault]) -> str:
    listed = [
        {"file": fault.file, "line": fault.line, "message": fault.message}
        for fault in sorted(set(faults))
    ]
    return json.dumps({"flow": flow, "n_steps": n_steps, "faults": listed}, indent=2) + "\n"


def read_assignments(texts: Sequence[str]) -> dict[str, str]:
    """Return ``NAME=VALUE`` texts as a mapping; the last of a name counts.

    Raises
    ------
    RequestError
        With every text that has no ``=``.
    """
    raise_all(
        [
            RequestError(f"'{text}' sets nothing; wanted NAME=VALUE", where=f"--param {text}")
            for text in texts
            if "=" not in text
        ]
    )
    return dict(text.split("=", 1) for text in texts)
