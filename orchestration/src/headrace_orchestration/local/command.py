"""``headrace flow run``: from the command line to the table."""

from __future__ import annotations

import json
import os
import shlex
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headrace.errors import RequestError
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
from headrace_orchestration.local.selection import done_before, read_partitions, select
from headrace_orchestration.local.store import outside_digests
from headrace_orchestration.plan import plan_flow
from headrace_orchestration.project_file import find_project

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from headrace_orchestration.environment import Environment
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
    partition: str | None = None,
    only: Sequence[str] = (),
    begin: Sequence[str] = (),
    disabled: Collection[str] = (),
) -> None:
    """Check a flow, run it, and show what came of it.

    Parameters
    ----------
    path, environment_file : Path
        The files; no environment is this machine.
    root, params, run_key : str or None, sequence of str, str or None
        As on the command line.
    as_json : bool
        Whether to print JSON, one document a run.
    partition : str or None
        A key, or ``FIRST..LAST``, which are run one after another until one fails.
    only, begin : sequence of str
        See `headrace_orchestration.local.selection`.
    disabled : collection of str
        Plugins that are switched off.

    Raises
    ------
    HeadraceError
        The flow cannot run; or, after what came of it is shown, a step failed or it was stopped.
    """
    given = read_assignments(params)
    environment = load_environment(environment_file, root)
    if environment.runtime != "local":
        raise RequestError(
            f"The environment runs flows on '{environment.runtime}', not on this machine",
            where=f"runtime of {environment_file}",
            fix="Airflow starts them there; 'flow check' needs no Airflow",
        )
    loaded = load_flow(path)
    keys = read_partitions(loaded, partition)
    if len(keys) > 1 and run_key is not None:
        raise RequestError(
            f"One run key cannot name {len(keys)} runs",
            where=f"--run-key {run_key}",
            fix="leave it out: each run has the key of its partition",
        )
    plan = plan_flow(loaded, environment, run_key or "v0", given, keys[0])
    catalog = find_catalog(environment, disabled)
    raise_faults(f"Flow '{loaded.flow.name}'", check_flow(loaded, plan, catalog))
    entrypoint = find_entrypoint(environment.entrypoint)
    versions = catalog_versions(catalog)
    runs = runs_folder(environment.root, loaded.flow.name)
    command = _command(path, environment_file, root, params)
    for key in keys:
        name = run_key or key
        plan = plan_flow(loaded, environment, name or "v0", given, key)
        digests = outside_digests(plan)
        if name is None:
            name = run_key_for(run_digest(plan, digests, versions), runs, datetime.now(UTC))
            plan = plan_flow(loaded, environment, name, given)
        folder = RunFolder(runs / name)
        selected = select(loaded, plan, only, begin)
        local = LocalRun(
            entrypoint=entrypoint,
            folder=folder,
            digests=digests,
            versions=versions,
            variables=_variables(environment, path.parent),
            cores=usable_cores(),
            root=environment.root,
            done=done_before(selected, plan, folder),
        )
        with show_progress(sys.stderr) as progress:
            progress.note(f"flow {plan.flow}, run {name}, logs at {folder.path}")
            result = run_plan(selected, local, progress)
        _show(result, as_json=as_json)
        which = ["--partition", key] if key else []
        which += ["--run-key", name] if name != key else []
        which += [f"--only={step}" for step in only] + [f"--from={step}" for step in begin]
        raise_failure(result, shlex.join([*command, *which]))


def _variables(environment: Environment, folder: Path) -> dict[str, str]:
    """Return the environment of a step: ours, with the flow's root, and no result but its own.

    The project file beside the flow says whose run it is, wherever it is started.
    """
    project = find_project(folder)
    return {
        **({"HEADRACE_PROJECT": str(project.absolute())} if project else {}),
        **{name: value for name, value in os.environ.items() if name != _OWN_RESULT},
        **environment.variables,
        "HEADRACE_ROOT": environment.root,
    }


def _command(
    path: Path, environment_file: Path | None, root: str | None, params: Sequence[str]
) -> list[str]:
    """Return the command that runs the flow again, without what says which run."""
    command = ["headrace", "flow", "run", str(path)]
    command += ["--env", str(environment_file)] if environment_file else []
    command += ["--root", root] if root else []
    for param in params:
        command += ["--param", param]
    return command


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
