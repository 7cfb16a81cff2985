"""A hand-written DAG with a sensor: score as soon as another flow has published the day's dataset.

Where any publication will do, a flow with `schedule: {assets: ...}` is simpler. This one waits for
the version of its own partition.
"""

import os
from pathlib import Path

from airflow.sdk import DAG, BaseSensorOperator

from headrace.storage import Versions
from headrace_orchestration.airflow import operator_for
from headrace_orchestration.environment import load_environment

ENVIRONMENTS = Path(__file__).parents[2] / "orchestration/envs"
FILE = ENVIRONMENTS / os.environ.get("HEADRACE_ENVIRONMENT", "airflow-local.yaml")
ENVIRONMENT = load_environment(FILE, None)
FORECASTS = f"{ENVIRONMENT.root}/datasets/flights.score_xgb"


class VersionSensor(BaseSensorOperator):
    """Wait until a version of a dataset is published."""

    template_fields = ("version",)

    def __init__(self, *, uri, version, **kwargs):
        super().__init__(**kwargs)
        self.uri = uri
        self.version = version

    def poke(self, context):  # noqa: ARG002 - Airflow's signature
        """Tell whether it is there."""
        return Versions(self.uri, "dataset").find(self.version) is not None


with DAG(
    "sensor",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params={"day": "2013-01-05"},
    tags=["headrace", "example"],
    doc_md=__doc__,
):
    published = VersionSensor(
        task_id="published",
        uri=FORECASTS,
        version="{{ params.day }}",
        poke_interval=60,
        timeout=6 * 3600,
        mode="reschedule",  # between two looks it holds no worker
    )
    evaluate = operator_for(ENVIRONMENT)(
        task_id="evaluate",
        environment=ENVIRONMENT,
        step={
            "pipeline": "xgb",
            "mode": "evaluate",
            "image": "project",
            "input": f"{FORECASTS}@{{{{ params.day }}}}",
            "model": "${env.root}/models/flights.train_xgb@champion",
        },
    )
    published >> evaluate
