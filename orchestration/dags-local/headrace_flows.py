"""Airflow's DAGs of all flows, on this machine: Kubernetes is not imported, which takes seconds."""

from pathlib import Path

from headrace_orchestration.airflow import flow_dags

ORCHESTRATION = Path(__file__).parents[1]
globals().update(flow_dags(ORCHESTRATION / "flows", ORCHESTRATION / "envs/airflow-local.yaml"))
