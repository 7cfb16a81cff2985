"""The hand-written DAGs of the examples, read by Airflow's own DagBag."""

from pathlib import Path

import pytest

pytest.importorskip("airflow", reason="./nox -s airflow runs the tests that need it")

from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization

EXAMPLES = Path(__file__).parents[3] / "examples/airflow"


@pytest.fixture(scope="module", params=["airflow-local.yaml", "prod.yaml"])
def dag_bag(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADRACE_ENVIRONMENT", request.param)
        yield DagBag(EXAMPLES)


def test_they_are_read_without_errors_or_warnings_and_stored(dag_bag):
    assert dag_bag.import_errors == {}
    assert dag_bag.captured_warnings == {}
    assert set(dag_bag.dags) == {"branching", "sensor"}
    for dag in dag_bag.dags.values():
        assert DagSerialization.from_dict(DagSerialization.to_dict(dag)).task_ids == dag.task_ids


def test_scoring_waits_for_the_branch_and_for_training_where_there_is_one(dag_bag):
    score = dag_bag.dags["branching"].get_task("score")
    assert score.upstream_task_ids == {"choose", "train"}
    assert score.trigger_rule == "none_failed_min_one_success"
    assert [asset.name for asset in score.outlets] == ["branching.score"]


def test_the_pipeline_waits_for_the_sensor(dag_bag):
    assert dag_bag.dags["sensor"].get_task("evaluate").upstream_task_ids == {"published"}
