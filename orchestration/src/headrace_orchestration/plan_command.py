"""``headrace flow plan``: what a run would do, without doing it."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING

from headrace_orchestration.check_command import read_assignments
from headrace_orchestration.environment import load_environment
from headrace_orchestration.fields import write_duration
from headrace_orchestration.images import find_image
from headrace_orchestration.load import load_flow
from headrace_orchestration.partitions import ANY_PARTITION
from headrace_orchestration.plan import plan_flow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from headrace_orchestration.environment import Environment
    from headrace_orchestration.planned import Plan, PlannedStep

__all__ = ["plan_command"]

_SOME_RUN = "RUN-KEY-0"  # stands for the key that a run will have


def plan_command(
    path: Path,
    environment_file: Path | None,
    *,
    root: str | None,
    params: Sequence[str],
    run_key: str | None,
    partition: str | None,
    as_json: bool,
) -> None:
    """Show the plan of one run: steps in order, what each waits for, does and publishes.

    Raises
    ------
    RequestError
        The flow is wrong, or its params, run key or partition.
    """
    environment = load_environment(environment_file, root)
    loaded = load_flow(path)
    key = run_key or partition or _SOME_RUN
    if partition is None and loaded.flow.partitioning is not None:
        partition = ANY_PARTITION
    plan = plan_flow(loaded, environment, key, read_assignments(params), partition)
    if as_json:
        sys.stdout.write(json.dumps(_as_json(plan, environment), indent=2) + "\n")
        return
    sys.stdout.write(f"flow {plan.flow}, run {plan.run_key}, root {plan.root}\n")
    for step in plan.steps:
        sys.stdout.write(f"{step.name}: {step.task}\n")
        for name, text in _details(step):
            sys.stdout.write(f"  {name + ':':<10} {text}\n")


def _details(step: PlannedStep) -> list[tuple[str, str]]:
    found = [
        ("after", ", ".join(step.needs)),
        ("publishes", "" if step.wait else step.address),
        ("alias", step.alias or ""),
        ("runs", shlex.join(["headrace", *step.argv]) if step.argv else ""),
    ]
    return [(name, text) for name, text in found if text]


def _as_json(plan: Plan, environment: Environment) -> dict[str, JsonValue]:
    return {
        "flow": plan.flow,
        "run_key": plan.run_key,
        "partition": plan.partition,
        "root": plan.root,
        "labels": dict(plan.labels),
        "steps": [_step(step, environment) for step in plan.steps],
    }


def _step(step: PlannedStep, environment: Environment) -> dict[str, JsonValue]:
    image = None
    if environment.runtime == "kubernetes" and step.wait is None:
        image = find_image(step.image, environment)
    return {
        "step": step.name,
        "mode": step.mode,
        "pipeline": step.pipeline or None,
        "item": step.item,
        "group": step.group,
        "needs": list(step.needs),
        "argv": list(step.argv),
        "address": step.address,
        "alias": step.alias,
        "image": image,
        "pool": step.pool,
        "resources": step.resources.model_dump(mode="json"),
        "attempts": step.retry.attempts,
        "timeout": write_duration(step.timeout) if step.timeout is not None else None,
    }
