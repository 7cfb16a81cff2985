"""What Airflow's page of a DAG says: who answers for it, what its steps do, the file itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headrace.contracts.project import Project
    from headrace_orchestration.load import LoadedFlow
    from headrace_orchestration.planned import Plan

__all__ = ["document"]


def document(loaded: LoadedFlow, plan: Plan, project: Project | None) -> str:
    """Return Markdown.

    The file is in it as it is, so that a change of a param, too, is a new version of the DAG.
    """
    root = f"{plan.root}/"
    steps = [
        f"| `{step.name}` | {step.task} | "
        + ("|" if step.wait else f"`{step.uri.removeprefix(root)}` |")
        for step in plan.steps
    ]
    parts = [
        loaded.flow.description,
        f"Owner: {project.owner}, {project.contact}" if project else "",
        "\n".join(["| step | does | publishes |", "|---|---|---|", *steps]),
        f"Below `{plan.root}`; the version of all is the run's partition or id.",
        f"````yaml\n{Path(loaded.source.file).read_text('utf-8').strip()}\n````",
    ]
    return "\n\n".join(filter(None, parts))
