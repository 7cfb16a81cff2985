"""The operator that an environment asks for, so that a DAG need not know where it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace_orchestration.airflow.settings import as_environment

if TYPE_CHECKING:
    from pathlib import Path

    from headrace_orchestration.airflow.embedded import EmbeddedPipelineOperator
    from headrace_orchestration.airflow.pods import PipelineOperator
    from headrace_orchestration.environment import Environment

__all__ = ["operator_for"]


def operator_for(
    environment: Environment | Path | str,
) -> type[PipelineOperator | EmbeddedPipelineOperator]:
    """Return the class of an environment's operators; only that one is imported."""
    if as_environment(environment).runtime == "kubernetes":
        from headrace_orchestration.airflow.pods import PipelineOperator  # noqa: PLC0415

        return PipelineOperator
    from headrace_orchestration.airflow.embedded import EmbeddedPipelineOperator  # noqa: PLC0415

    return EmbeddedPipelineOperator
