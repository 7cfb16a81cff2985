"""Which partitions and which steps of a flow are run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headrace.errors import RequestError
from headrace.plugins.suggest import suggestion
from headrace_orchestration.local.results import State, StepResult
from headrace_orchestration.local.store import holds
from headrace_orchestration.waiting import find_published

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headrace.contracts.manifest import Manifest
    from headrace_orchestration.load import LoadedFlow
    from headrace_orchestration.local.folder import RunFolder
    from headrace_orchestration.planned import Plan, PlannedStep

__all__ = ["done_before", "read_partitions", "select"]


def read_partitions(loaded: LoadedFlow, text: str | None) -> tuple[str | None, ...]:
    """Return the partitions that a text on the command line stands for.

    Raises
    ------
    RequestError
        It is no partition of the flow, and no range of them.
    """
    partitioning = loaded.flow.partitioning
    if text is None or partitioning is None:
        return (text,)
    try:
        return partitioning.keys(text)
    except ValueError as error:
        raise RequestError(str(error), where=f"--partition {text}") from None


def select(loaded: LoadedFlow, plan: Plan, only: Sequence[str], begin: Sequence[str]) -> Plan:
    """Return a plan of some steps: those named, and those named with all that needs them.

    Parameters
    ----------
    loaded : LoadedFlow
        The flow.
    plan : Plan
        Of all its steps; it is the result where no step is named.
    only : sequence of str
        Steps, fanned-out steps or groups that are run.
    begin : sequence of str
        The same, from which on the flow is run.

    Raises
    ------
    RequestError
        With every name that is none of the flow's.
    """
    if not only and not begin:
        return plan
    wanted = set(_named(loaded, only, "--only"))
    later = set(_named(loaded, begin, "--from"))
    for step in plan.steps:  # in an order in which each comes after what it needs
        if later.intersection(step.needs):
            later.add(step.name)
    wanted |= later
    steps = tuple(
        # What only has to come before, and is not run, is not waited for.
        replace(step, needs=tuple(need for need in step.needs if need in wanted | _reads(step)))
        for step in plan.steps
        if step.name in wanted
    )
    return replace(plan, steps=steps)


def done_before(selected: Plan, plan: Plan, folder: RunFolder) -> dict[str, StepResult]:
    """Return the results of steps that those selected need and that are not selected.

    Raises
    ------
    RequestError
        With all that are not done in this run.
    """
    chosen = {step.name for step in selected.steps}
    needed = {need for step in selected.steps for need in step.needs} - chosen
    found, missing = {}, []
    for step in plan.steps:
        if step.name in needed:
            manifest = _manifest(step, plan, folder)
            if manifest is None:
                missing.append(step.name)
            else:
                log = folder.log(step.name)
                found[step.name] = StepResult(step, State.DONE_BEFORE, log, manifest)
    if missing:
        raise RequestError(
            f"Steps to run need others that are not done in run '{plan.run_key}': "
            f"{', '.join(missing)}",
            where=str(folder.path),
            fix="run these, too, or name a run that has them by --run-key",
        )
    return found


def _named(loaded: LoadedFlow, names: Sequence[str], option: str) -> list[str]:
    steps: list[str] = []
    for name in names:
        members = loaded.members(name)
        if not members:
            known = [*loaded.flow.steps, *loaded.families, *loaded.flow.groups]
            raise RequestError(
                f"Flow '{loaded.flow.name}' has no step '{name}'",
                where=f"{option} {name}",
                fix=suggestion(name, known) or f"there are: {', '.join(known[:10])}",
            )
        steps += members
    return steps


def _reads(step: PlannedStep) -> set[str]:
    return {*filter(None, (step.input_step, step.model_step, *step.further.values()))}


def _manifest(step: PlannedStep, plan: Plan, folder: RunFolder) -> Manifest | None:
    if step.wait is not None:
        now = datetime.now(UTC)
        return find_published(step.input_uri, plan.root, max_age=step.wait.max_age, now=now)
    record = folder.read_record(step.name)
    return record.manifest if record and holds(record.manifest) else None
