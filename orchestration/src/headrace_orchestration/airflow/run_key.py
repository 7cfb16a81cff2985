"""The run key of a run of Airflow: the version of all that it publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.contracts.references import version_for

if TYPE_CHECKING:
    from airflow.sdk import Context

__all__ = ["run_key"]


def run_key(context: Context) -> str:
    """Return the run's partition, or its id where it has none, as a version may be written.

    Not its date: a run that an asset or a person has started may have none. A retry and a cleared
    task have the key of the first attempt, so that what is done is not done twice.
    """
    return version_for(context.get("partition_key") or context["run_id"])
