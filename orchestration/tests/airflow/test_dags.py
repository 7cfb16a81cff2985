"""Flows as DAGs, read by Airflow's own DagBag."""

import shutil
from pathlib import Path

import pytest

pytest.importorskip("airflow", reason="./nox -s airflow runs the tests that need it")

from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import (
    Asset,
    AssetAll,
    AssetAny,
    AssetOrTimeSchedule,
    CronPartitionTimetable,
    CronTriggerTimetable,
    get_parsing_context,
)
from airflow.serialization.serialized_objects import DagSerialization

from headrace_orchestration.airflow import flow_dags

ORCHESTRATION = Path(__file__).parents[2]
ENVIRONMENTS = sorted(file.stem for file in (ORCHESTRATION / "envs").glob("*.yaml"))


@pytest.fixture(scope="module", params=[*ENVIRONMENTS, "the loader without pods"])
def dag_bag(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEADRACE_ENVIRONMENT", f"../envs/{request.param}.yaml")
        is_local = request.param not in ENVIRONMENTS
        yield DagBag(ORCHESTRATION / ("dags-local" if is_local else "dags"))


def test_the_loader_makes_a_dag_of_every_flow_without_errors_or_warnings(dag_bag):
    assert dag_bag.import_errors == {}
    assert dag_bag.captured_warnings == {}
    flows = {path.stem for path in (ORCHESTRATION / "flows").glob("*.yaml")}
    assert set(dag_bag.dags) == flows
    assert not [dag.dag_id for dag in dag_bag.dags.values() if "broken" in dag.tags]


def test_what_airflow_stores_is_what_was_built(dag_bag):
    for dag in dag_bag.dags.values():
        stored = DagSerialization.to_dict(dag)
        again = DagSerialization.from_dict(stored)
        assert again.task_ids == dag.task_ids
        assert DagSerialization.to_dict(dag) == stored
        assert [task.downstream_task_ids for task in again.tasks] == [
            task.downstream_task_ids for task in dag.tasks
        ]


@pytest.fixture
def environment(tmp_path):
    file = tmp_path / "env.yaml"
    file.write_text("root: /data\n")
    return file


@pytest.fixture
def dag(flights, environment):
    return flow_dags(flights.parent, environment)["flights"]


def test_an_edge_of_the_flow_is_one_of_the_dag(dag):
    assert {task.task_id: task.upstream_task_ids for task in dag.tasks} == {
        "train_linreg": set(),
        "score_linreg": {"train_linreg"},
        "train_xgb": {"score_linreg"},
        "score_xgb": {"score_linreg", "train_xgb"},
        "evaluate_xgb": {"score_linreg", "train_xgb", "score_xgb"},
    }


def test_a_dag_catches_nothing_up_and_runs_once_at_a_time(dag):
    assert dag.catchup is False
    assert dag.max_active_runs == 1


def test_retries_and_timeouts_are_those_of_the_flow(dag):
    train, score = dag.get_task("train_xgb"), dag.get_task("score_xgb")
    assert (train.retries, train.retry_delay.total_seconds()) == (2, 30)
    assert train.execution_timeout.total_seconds() == 3600
    assert score.execution_timeout.total_seconds() == 90


def test_params_keep_type_and_bounds(dag):
    assert dag.params.dump() == {"rounds": 100, "month": 6}
    schema = dag.params.get_param("month").schema
    assert schema == {"type": "integer", "minimum": 1, "maximum": 12}


def test_only_a_published_dataset_is_an_asset_and_what_is_read_from_outside_too(dag):
    assert {task.task_id: task.outlets for task in dag.tasks if task.outlets} == {
        "score_xgb": [Asset("flights.score_xgb", "file:///data/datasets/flights.score_xgb")]
    }
    assert {task.task_id: task.inlets for task in dag.tasks if task.inlets} == {
        name: [Asset("/data/flights/month=*/*.parquet", "file:///data/flights/month=*/*.parquet")]
        for name in ("train_linreg", "score_linreg")
    }


@pytest.mark.parametrize(
    ("schedule", "wanted"),
    [
        ("{cron: '0 3 * * *', timezone: Europe/Berlin}", CronTriggerTimetable),
        ("{assets: {any: [flights]}}", AssetAny),
        ("{assets: {all: [flights, forecasts]}}", AssetAll),
        ("{cron: '@daily', assets: {any: [flights]}}", AssetOrTimeSchedule),
    ],
)
def test_flows_start_by_clock_by_assets_or_by_both(edit, environment, schedule, wanted):
    text = '{cron: "0 3 * * *", timezone: UTC, assets: {any: [flights]}}'
    dag = flow_dags(edit(text, schedule).parent, environment)["flights"]
    assert isinstance(dag.schedule, wanted)
    if wanted is CronTriggerTimetable:
        assert dag.schedule.expression == "0 3 * * *"
        assert dag.schedule.timezone == "Europe/Berlin"


def test_a_partitioned_flow_is_run_for_the_partition_that_has_ended(write, environment):
    path = write(
        """\
        version: headrace/v1
        name: daily
        partitions: {daily: {first: 2013-01-01}}
        schedule: {cron: "0 3 * * *"}
        steps:
          a: {pipeline: xgb, mode: train, input: "${env.root}/rows/${partition}.parquet"}
        """,
        name="daily",
    )
    dag = flow_dags(path.parent, environment)["daily"]
    assert "broken" not in dag.tags, dag.doc_md
    assert isinstance(dag.schedule, CronPartitionTimetable)
    assert (dag.schedule.key_format, dag.schedule.run_offset) == ("%Y-%m-%d", -1)
    run = {"partition_key": "2013-01-05", "run_id": "x", "params": {}}
    argv = dag.get_task("a").arguments(run)
    assert "/data/rows/2013-01-05.parquet" in argv
    assert argv[argv.index("--version") + 1] == "2013-01-05"


def test_a_step_that_waits_is_a_sensor_and_groups_are_groups(write, environment):
    path = write(
        """\
        version: headrace/v1
        name: waiter
        groups: {models: {}}
        steps:
          ready: {mode: wait, input: other.step@published, every: 30s, timeout: 2h}
          a: {pipeline: xgb, mode: train, input: "${steps.ready.output}", group: models}
        """,
        name="waiter",
    )
    dag = flow_dags(path.parent, environment)["waiter"]
    assert "broken" not in dag.tags, dag.doc_md
    ready = dag.get_task("ready")
    assert (ready.poke_interval, ready.timeout, ready.mode) == (30, 7200, "reschedule")
    assert dag.get_task("a").upstream_task_ids == {"ready"}
    assert dag.get_task("a").task_group.group_id == "models"
    assert ready.poke({"run_id": "r1", "params": {}}) is False


def test_a_reader_of_the_published_dataset_waits_for_the_asset_that_its_maker_emits(
    flights, write, environment
):
    write(
        """\
        version: headrace/v1
        name: reader
        schedule: {assets: {any: [theirs]}}
        datasets: {theirs: {uri: "${env.root}/datasets/flights.score_xgb@published"}}
        steps: {a: {pipeline: xgb, mode: train, input: "${datasets.theirs}"}}
        """,
        name="reader",
    )
    dags = flow_dags(flights.parent, environment)
    (awaited,) = dags["reader"].schedule.objects
    assert dags["flights"].get_task("score_xgb").outlets == [awaited]


def test_an_environment_can_switch_schedules_off(flights, environment):
    environment.write_text("root: /data\nschedules: false\n")
    assert flow_dags(flights.parent, environment)["flights"].schedule is None


def test_the_projects_owner_is_the_dags(flights, environment):
    (flights.parent / "project.yaml").write_text(
        "name: delays\nowner: team\ncontact: team@example.com\nlabels: {cost-center: '7'}\n"
    )
    dag = flow_dags(flights.parent, environment)["flights"]
    assert dag.tags == {"headrace", "delays", "cost-center:7"}
    assert dag.owner_links == {"team": "mailto:team@example.com"}
    assert {task.owner for task in dag.tasks} == {"team"}
    assert "Owner: team, team@example.com" in dag.doc_md


def test_the_docs_have_the_file_so_that_any_change_is_a_new_version(dag, flights):
    assert flights.read_text().strip() in dag.doc_md
    assert "| `train_xgb` | train xgb | `models/flights.train_xgb` |" in dag.doc_md


def test_a_broken_flow_is_a_paused_dag_with_the_error_and_the_others_live(
    flights, write, environment
):
    write("version: headrace/v1\nname: bad\nsteps: {a: {pipeline: p}}\n", name="bad")
    write("name: [\n", name="worse one")
    dags = flow_dags(flights.parent, environment)
    assert set(dags) == {"flights", "bad", "worse_one"}
    bad = dags["bad"]
    assert bad.is_paused_upon_creation is True
    assert bad.schedule is None
    assert "bad.yaml:3: steps.a: 'mode' is missing" in bad.doc_md
    assert "bad.yaml:3: steps.a: 'mode' is missing" in bad.get_task("broken").error
    assert "this is not YAML" in dags["worse_one"].doc_md
    assert "broken" not in dags["flights"].tags


def test_a_broken_environment_shows_in_every_flow(flights, tmp_path):
    dags = flow_dags(flights.parent, tmp_path / "missing.yaml")
    assert "There is no file" in dags["flights"].doc_md


def test_an_image_that_the_environment_lacks_breaks_the_flow(flights, environment):
    environment.write_text(
        "runtime: kubernetes\nroot: s3://lake\nimages: {projects: x:1}\n"
        "kubernetes: {namespace: n}\n"
    )
    doc = flow_dags(flights.parent, environment)["flights"].doc_md
    assert "flights.yaml:3: image: there is no image 'project'; did you mean 'projects'?" in doc


def test_a_worker_builds_the_dag_of_its_task_only(flights, environment, monkeypatch):
    shutil.copy(flights, flights.with_name("other.yaml"))
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "flights")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_TASK_ID", "score_xgb")
    assert get_parsing_context().dag_id == "flights"
    assert set(flow_dags(flights.parent, environment)) == {"flights"}


def test_a_failure_is_told_by_the_notifier_of_the_environment(flights, environment):
    environment.write_text(
        "root: /data\non_failure:\n"
        "  notifier: airflow.providers.smtp.notifications.smtp.SmtpNotifier\n"
        "  arguments: {to: team@example.com, smtp_conn_id: mail}\n"
    )
    (notifier,) = flow_dags(flights.parent, environment)["flights"].tasks[0].on_failure_callback
    assert (notifier.to, notifier.smtp_conn_id) == ("team@example.com", "mail")


@pytest.mark.parametrize(
    ("notifier", "said"),
    [
        ("{notifier: no.Such}", "There is no notifier 'no.Such'"),
        ("{notifier: airflow.sdk.BaseOperator}", "is no notifier of Airflow"),
        (
            "{notifier: airflow.providers.smtp.notifications.smtp.SmtpNotifier, arguments: {x: 1}}",
            "The notifier takes other arguments",
        ),
    ],
)
def test_a_notifier_that_cannot_be_made_breaks_the_flow(flights, environment, notifier, said):
    environment.write_text(f"root: /data\non_failure: {notifier}\n")
    assert said in flow_dags(flights.parent, environment)["flights"].doc_md


def test_datasets_of_partitions_are_one_asset_each(write, environment):
    path = write(
        """\
        version: headrace/v1
        name: daily
        partitions: {daily: {first: 2013-01-01}}
        schedule: {assets: {any: [rows]}}
        datasets: {rows: {uri: "${env.root}/rows/${partition}.parquet"}}
        steps:
          ready: {mode: wait, input: "other.step@${partition}"}
          a: {pipeline: xgb, mode: train, input: "${steps.ready.output}"}
          b: {pipeline: xgb, mode: train, input: "${datasets.rows}"}
        """,
        name="daily",
    )
    dag = flow_dags(path.parent, environment)["daily"]
    assert "broken" not in dag.tags, dag.doc_md
    (rows,) = dag.get_task("b").inlets
    assert rows.uri == "file:///data/rows/*.parquet"
    (waited,) = dag.get_task("ready").inlets
    assert waited.uri == "file:///data/datasets/other.step"
