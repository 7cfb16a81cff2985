"""A home for Airflow of these tests' own, set before anything imports it.

The modules here are skipped where Airflow is not installed; ``./nox -s airflow`` installs it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ORCHESTRATION = HERE.parents[1]

if find_spec("airflow"):
    HOME = tempfile.TemporaryDirectory(prefix="airflow-")
    os.environ.update(
        AIRFLOW_HOME=HOME.name,
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__CORE__UNIT_TEST_MODE="False",
        AIRFLOW__CORE__DAGS_FOLDER=f"{HOME.name}/dags",
        AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT="120",
        AIRFLOW__LOGGING__LOGGING_LEVEL="WARNING",
        AIRFLOW__USAGE_DATA_COLLECTION__ENABLED="False",
    )


@pytest.fixture(scope="session")
def database():
    """Airflow's database, migrated once; a moment later it is gone."""
    command = [sys.executable, "-m", "airflow", "db", "migrate"]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def kubeconfig(tmp_path):
    """A kubeconfig of a cluster that is not there: pods are made, and not started."""
    file = tmp_path / "kubeconfig"
    file.write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: none\n"
        "clusters: [{name: none, cluster: {server: 'https://127.0.0.1:1'}}]\n"
        "users: [{name: none, user: {}}]\n"
        "contexts: [{name: none, context: {cluster: none, user: none}}]\n"
    )
    return file
