"""All flows of a folder as DAGs; what a loader file in Airflow's DAG folder calls."""

from __future__ import annotations

import traceback
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.sdk import get_parsing_context

from headrace.errors import HeadraceError
from headrace_orchestration.airflow.broken import broken_dag, dag_id_of
from headrace_orchestration.airflow.build import build_dag
from headrace_orchestration.airflow.ownership import project_file, read_project
from headrace_orchestration.environment import load_environment
from headrace_orchestration.load import load_flow

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.sdk import DAG

    from headrace.contracts.project import Project
    from headrace_orchestration.environment import Environment

__all__ = ["flow_dags"]


def flow_dags(
    flows: Path | str, environment: Path | str, *, root: str | None = None
) -> dict[str, DAG]:
    """Return the DAGs of all flow files of a folder, by id; put them into ``globals()``.

    A flow that cannot be built becomes a DAG that carries the error, and the others live. On a
    worker only the DAG of its task is built.

    Parameters
    ----------
    flows : Path or str
        Folder of the flow files, ``*.yaml``. The nearest ``project.yaml``, in it or above it, says
        who owns them.
    environment : Path or str
        Environment file.
    root : str, optional
        Goes before the environment's root.
    """
    folder, file = Path(flows), Path(environment)
    wanted = get_parsing_context().dag_id
    settings = cache(partial(_settings, folder, file, root))  # read once, where there is a flow
    dags = {}
    for path in sorted(folder.glob("*.yaml")):
        if wanted in (None, dag_id_of(path.stem)):
            dag = _dag(path, settings)
            dags[dag.dag_id] = dag
    return dags


def _settings(
    folder: Path, environment: Path, root: str | None
) -> tuple[Environment, Project | None]:
    file, read = project_file(folder), load_environment(environment, root)
    if file and read.runtime == "local":  # an image brings its own
        read = replace(read, variables={"HEADRACE_PROJECT": str(file.absolute()), **read.variables})
    return read, read_project(file)


def _dag(path: Path, settings: Callable[[], tuple[Environment, Project | None]]) -> DAG:
    try:
        environment, project = settings()
        return build_dag(load_flow(path), environment, project)
    except HeadraceError as error:
        return broken_dag(path.stem, f"error: {error}")
    except Exception:  # noqa: BLE001 - a bug of ours, too, must not take the other flows with it
        return broken_dag(path.stem, traceback.format_exc())
