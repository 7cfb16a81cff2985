"""``headrace flow check``: what a flow's author runs before anything else does."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from headrace.errors import RequestError, raise_all
from headrace_orchestration.catalogs import find_catalog, read_catalog
from headrace_orchestration.check import check_flow
from headrace_orchestration.environment import load_environment
from headrace_orchestration.faults import raise_faults
from headrace_orchestration.load import read_flow
from headrace_orchestration.plan import plan_flow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from headrace_orchestration.faults import Fault

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
    if loaded and not faults:
        plan = plan_flow(loaded, environment, "v0", given)
        catalog = (
            read_catalog(catalog_file) if catalog_file else find_catalog(environment, disabled)
        )
        faults = check_flow(loaded, plan, catalog)
    if as_json:
        sys.stdout.write(_as_json(path.stem, n_steps, faults))
    raise_faults(f"Flow '{path.stem}'", faults)
    if not as_json:
        against = f"catalog {catalog_file}" if catalog_file else "what the entrypoint can run"
        steps = "1 step" if n_steps == 1 else f"{n_steps} steps"
        sys.stdout.write(f"Flow '{path.stem}': {steps}, no faults, checked against {against}\n")


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
