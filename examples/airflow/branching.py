"""A hand-written DAG with a branch: train anew on Mondays, and score every day by the champion.

A flow file has no conditions; a DAG of Airflow has all that Airflow can do, and the same operators.
"""

import os
from pathlib import Path

from airflow.sdk import DAG, CronTriggerTimetable, task

from headrace_orchestration.airflow import operator_for

ENVIRONMENTS = Path(__file__).parents[2] / "orchestration/envs"
ENVIRONMENT = ENVIRONMENTS / os.environ.get("HEADRACE_ENVIRONMENT", "airflow-local.yaml")
Step = operator_for(ENVIRONMENT)
FLIGHTS = "${env.root}/flights/month=*/*.parquet"

with DAG(
    "branching",
    schedule=CronTriggerTimetable("0 5 * * *", timezone="America/New_York"),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=True,
    tags=["headrace", "example"],
    doc_md=__doc__,
):

    @task.branch
    def choose(run_after):
        """Return the task that comes next."""
        return "train" if run_after.isoweekday() == 1 else "score"

    train = Step(
        task_id="train",
        environment=ENVIRONMENT,
        step={
            "pipeline": "linreg",
            "mode": "train",
            "image": "project",
            "input": FLIGHTS,
            "params": {"features": ["distance", "hour"], "target": "arr_delay", "key": ["id"]},
            "promote": "champion",
        },
    )
    score = Step(
        task_id="score",
        environment=ENVIRONMENT,
        trigger_rule="none_failed_min_one_success",
        step={
            "pipeline": "linreg",
            "mode": "score",
            "image": "project",
            "input": FLIGHTS,
            "model": "${env.root}/models/branching.train@champion",
            "publish": "delays",
        },
    )
    choose("{{ dag_run.run_after }}") >> [train, score]
    train >> score
