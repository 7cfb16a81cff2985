"""``headrace flow run``: from the command line to the table."""

from __future__ import annotations

import json
import os
import shlex
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headrace.machine import usable_cores
from headrace_orchestration.catalogs import catalog_versions, find_catalog
from headrace_orchestration.check import check_flow
from headrace_orchestration.check_command import read_assignments
from headrace_orchestration.environment import find_entrypoint, load_environment
from headrace_orchestration.faults import raise_faults
from headrace_orchestration.load import load_flow
from headrace_orchestration.local.folder import RunFolder, runs_folder
from headrace_orchestration.local.outcome import as_json as result_as_json
from headrace_orchestration.local.outcome import as_table, raise_failure
from headrace_orchestration.local.progress import show_progress
from headrace_orchestration.local.run_key import run_digest, run_key_for
from headrace_orchestration.local.runner import LocalRun, run_plan
from headrace_orchestration.local.store import outside_digests
from headrace_orchestration.plan import plan_flow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from headrace_orchestration.local.results import FlowResult

__all__ = ["run_command"]

_WIDE = 1_000  # columns of a table that no terminal cuts
_OWN_RESULT = "HEADRACE_RESULT_PATH"  # where whoever started the flow waits for its result


def run_command(
    path: Path,
    environment_file: Path | None,
    *,
    root: str | None,
    params: Sequence[str],
    run_key: str | None,
    as_json: bool,
    disabled: Collection[str] = (),
) -> None:
    """Check a flow, run it, and show what came of it.

    Raises
    ------
    HeadraceError
        The flow cannot run; or, after what came of it is shown, a step failed or it was stopped.
    """
    given = read_assignments(params)
    environment = load_environment(environment_file, root)
    loaded = load_flow(path)
    plan = plan_flow(loaded, environment, run_key or "v0", given)
    catalog = find_catalog(environment, disabled)
    raise_faults(f"Flow '{loaded.flow.name}'", check_flow(loaded, plan, catalog))
    entrypoint = find_entrypoint(environment.entrypoint)
    versions = catalog_versions(catalog)
    digests = outside_digests(plan)
    runs = runs_folder(environment.root, loaded.flow.name)
    if run_key is None:
        run_key = run_key_for(run_digest(plan, digests, versions), runs, datetime.now(UTC))
        plan = plan_flow(loaded, environment, run_key, given)
    local = LocalRun(
        entrypoint=entrypoint,
        folder=RunFolder(runs / run_key),
        digests=digests,
        versions=versions,
        variables=_variables(environment.root),
        cores=usable_cores(),
    )
    with show_progress(sys.stderr) as progress:
        progress.note(f"flow {plan.flow}, run {run_key}, logs at {local.folder.path}")
        result = run_plan(plan, local, progress)
    _show(result, as_json=as_json)
    raise_failure(result, _resume(path, environment_file, root, params, run_key))


def _variables(root: str) -> dict[str, str]:
    """Return the environment of a step: ours, with the flow's root, and no result but its own."""
    inherited = {name: value for name, value in os.environ.items() if name != _OWN_RESULT}
    return {**inherited, "HEADRACE_ROOT": root}


def _resume(
    path: Path, environment_file: Path | None, root: str | None, params: Sequence[str], run_key: str
) -> str:
    """Return the command that takes the run up, whatever has been mended meanwhile."""
    command = ["headrace", "flow", "run", str(path)]
    command += ["--env", str(environment_file)] if environment_file else []
    command += ["--root", root] if root else []
    for param in params:
        command += ["--param", param]
    return shlex.join([*command, "--run-key", run_key])


def _show(result: FlowResult, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(result_as_json(result), indent=2) + "\n")
        return
    from rich.console import Console  # noqa: PLC0415

    terminal = sys.stdout.isatty()
    plan = result.plan
    sys.stdout.write(f"flow {plan.flow}, run {plan.run_key}, {result.seconds:.1f} s\n")
    Console(file=sys.stdout, width=None if terminal else _WIDE).print(as_table(result))
    sys.stdout.write(f"addresses are under {plan.root}\n")
