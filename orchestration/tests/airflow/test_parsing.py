"""What reading flows costs: nothing heavy is imported, and each flow adds milliseconds."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.importorskip("airflow", reason="./nox -s airflow runs the tests that need it")

ORCHESTRATION = Path(__file__).parents[2]
HEAVY = {"apache_beam", "lightgbm", "numpy", "pandas", "pyarrow", "sklearn", "xgboost"}
PROGRAM = """\
import json, sys
from headrace_orchestration.airflow import flow_dags
dags = flow_dags({flows!r}, {environment!r})
assert dags and not any("broken" in dag.tags for dag in dags.values())
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""


def imported(environment):
    program = PROGRAM.format(
        flows=str(ORCHESTRATION / "flows"), environment=str(ORCHESTRATION / "envs" / environment)
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_airflow_has_no_beam_at_all():
    assert [name for name in sorted(HEAVY - {"numpy"}) if find_spec(name)] == []


def test_reading_flows_imports_nothing_heavy_and_without_pods_no_kubernetes():
    assert imported("airflow-local.yaml").isdisjoint(HEAVY | {"kubernetes"})
    assert imported("prod.yaml").isdisjoint(HEAVY)
