"""The DAG of a flow that cannot be built: it is seen where the flow is looked for, with the error.

Airflow would drop all DAGs of a file for one that raises, and one that is left out only looks as
if it had never been.
"""

from __future__ import annotations

import re
from typing import Final

from airflow.sdk import DAG, BaseOperator
from airflow.sdk.exceptions import AirflowFailException

__all__ = ["BrokenFlowOperator", "broken_dag", "dag_id_of"]

_NOT_IN_IDS: Final = re.compile(r"[^A-Za-z0-9._-]+")


def dag_id_of(stem: str) -> str:
    """Return the DAG's id for a flow file's name, whatever is in it."""
    return _NOT_IN_IDS.sub("_", stem)[:200]


class BrokenFlowOperator(BaseOperator):
    """Fail with what is wrong with a flow, for whoever starts it all the same."""

    ui_color = "#f8d7da"

    def __init__(self, *, error: str, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.error = error

    def execute(self, context: object) -> None:  # noqa: ARG002 - Airflow's signature
        """Fail, for good."""
        raise AirflowFailException(self.error)


def broken_dag(stem: str, error: str) -> DAG:
    """Return a paused DAG without a schedule that carries an error.

    Parameters
    ----------
    stem : str
        Name of the flow file, without ``.yaml``.
    error : str
        As ``headrace flow check`` prints it.
    """
    with DAG(
        dag_id_of(stem),
        description="This flow is broken: see its docs",
        schedule=None,
        catchup=False,
        is_paused_upon_creation=True,
        tags=["headrace", "broken"],
        doc_md=f"**This flow is broken**, as `headrace flow check` says:\n\n````\n{error}\n````",
    ) as dag:
        BrokenFlowOperator(task_id="broken", error=error)
    return dag
