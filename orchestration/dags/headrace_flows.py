"""Airflow's DAGs of all flows, as pods; $HEADRACE_ENVIRONMENT names the file that says where."""

import os
from pathlib import Path

# The DAG processor imports what it finds here once, and not at each parse, which takes seconds.
import airflow.providers.cncf.kubernetes.operators.pod  # noqa: F401

from headrace_orchestration.airflow import flow_dags

FLOWS = Path(__file__).parents[1] / "flows"
globals().update(flow_dags(FLOWS, FLOWS / os.environ["HEADRACE_ENVIRONMENT"]))
