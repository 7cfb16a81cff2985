"""Flows as Airflow's DAGs, and operators for hand-written ones; needs the extra ``airflow``.

Nothing here imports Beam, Arrow or a machine-learning library. Only `PipelineOperator` imports
Kubernetes, which takes seconds; so names come when they are asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from headrace_orchestration.airflow.dags import flow_dags
    from headrace_orchestration.airflow.embedded import EmbeddedPipelineOperator
    from headrace_orchestration.airflow.operators import operator_for
    from headrace_orchestration.airflow.pods import PipelineOperator

__all__ = ["EmbeddedPipelineOperator", "PipelineOperator", "flow_dags", "operator_for"]

_MODULES: Final = {
    "EmbeddedPipelineOperator": "embedded",
    "PipelineOperator": "pods",
    "flow_dags": "dags",
    "operator_for": "operators",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
