"""The embedded operator, with a stand-in for the entrypoint, alone and in a run of Airflow."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("airflow", reason="./nox -s airflow runs the tests that need it")

from airflow.sdk import DAG, Asset
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from headrace.storage.versions import Versions
from headrace_orchestration.airflow import EmbeddedPipelineOperator, flow_dags

STAND_IN = Path(__file__).parents[1] / "stand_in.py"
FLOW = """\
version: headrace/v1
name: two
params: {rounds: {type: integer, default: 3, minimum: 1}}
datasets:
  rows: {uri: "${env.root}/rows/*.csv"}
  scores: {uri: "${env.root}/datasets/two.score"}
defaults: {retry: {attempts: 2, delay: 0s}}
steps:
  train:
    pipeline: p
    mode: train
    input: "${datasets.rows}"
    set: {n: "${params.rounds}"}
    promote: champion
  score:
    pipeline: p
    mode: score
    input: "${datasets.rows}"
    model: "${steps.train.model}"
    publish: scores
"""


class Project:
    """A flow, its data, and an entrypoint that does as it is told."""

    def __init__(self, folder, write):
        self.root = folder / "root"
        (self.root / "rows").mkdir(parents=True)
        (self.root / "rows" / "a.csv").write_text("a\n1\n")
        self.calls = folder / "calls"
        self.calls.touch()
        self.told = folder / "script.json"
        self.script({})
        self.environment = folder / "env.yaml"
        variables = {"STAND_IN_CALLS": str(self.calls), "STAND_IN_SCRIPT": str(self.told)}
        entrypoint = [sys.executable, str(STAND_IN)]
        self.environment.write_text(
            json.dumps({"root": str(self.root), "entrypoint": entrypoint, "variables": variables})
        )
        self.flow = write(FLOW, name="two")

    def script(self, told):
        self.told.write_text(json.dumps(told))

    def called(self):
        return self.calls.read_text().split()[::2]

    def dag(self):
        return flow_dags(self.flow.parent, self.environment)["two"]


@pytest.fixture
def project(tmp_path, write):
    return Project(tmp_path, write)


class Attempt:
    """One attempt at a task with as much of Airflow's context as it looks at."""

    def __init__(self, task, run_id="manual__1", **params):
        self.task = task.prepare_for_execution()
        self.shown = {}
        self.events = {asset: SimpleNamespace(extra=None) for asset in self.task.outlets}
        ti = SimpleNamespace(xcom_push=lambda key, value: self.shown.update({key: value}))
        self.context = {
            "run_id": run_id,
            "params": {"rounds": 3, **params},
            "dag": task.dag,
            "task": self.task,
            "ti": ti,
            "outlet_events": self.events,
        }

    def run(self):
        self.task.render_template_fields(self.context)
        self.task.execute(self.context)
        return self


def attempt(project, task_id, **given):
    return Attempt(project.dag().get_task(task_id), **given).run()


def test_a_step_runs_moves_its_alias_and_shows_its_result(project):
    made = attempt(project, "train", rounds=8)
    uri = f"{project.root}/models/two.train"
    assert Versions(uri, "model").aliases.current() == {"champion": "manual__1"}
    assert made.shown["headrace"]["address"] == f"{uri}@manual__1"
    assert "n=8" in made.task.arguments


def test_a_published_dataset_is_an_event_that_carries_the_result(project):
    attempt(project, "train")
    made = attempt(project, "score")
    ((asset, event),) = made.events.items()
    assert asset == Asset("two.score", f"file://{project.root}/datasets/two.score")
    assert event.extra["version"] == "manual__1"
    assert Versions(f"{project.root}/datasets/two.score", "dataset").aliases.current() == {
        "published": "manual__1"
    }


@pytest.mark.parametrize("code", [75, 137, 143])
def test_what_may_pass_is_left_to_airflows_retries(project, code):
    project.script({"train": {"fail": code}})
    with pytest.raises(AirflowException) as caught:
        attempt(project, "train")
    assert not isinstance(caught.value, AirflowFailException)
    assert f"exit code {code}" in str(caught.value)


@pytest.mark.parametrize("code", [1, 2, 4, 139])
def test_what_will_not_pass_is_not_tried_again(project, code):
    project.script({"train": {"fail": code}})
    with pytest.raises(AirflowFailException) as caught:
        attempt(project, "train")
    if code < 128:
        assert "error: train was told to fail\n  fix:   tell it not to" in str(caught.value)


def test_a_param_out_of_range_is_not_tried_again(project):
    with pytest.raises(AirflowFailException, match="0 is less than the minimum 1"):
        attempt(project, "train", rounds=0)
    assert project.called() == []


def test_an_entrypoint_that_is_not_there_is_not_tried_again(project):
    project.environment.write_text(f"root: {project.root}\nentrypoint: [./missing/headrace]\n")
    with pytest.raises(AirflowFailException, match=r"There is no program '.*/missing/headrace'"):
        attempt(project, "train")


def test_a_step_does_not_see_what_only_airflow_may(project, monkeypatch):
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://user:word@host/db")
    script = project.environment.with_name("print_environment.py")
    seen = project.environment.with_name("seen.json")
    script.write_text(
        f"import json, os\nopen({str(seen)!r}, 'w').write(json.dumps(dict(os.environ)))\n"
    )
    project.environment.write_text(
        json.dumps({"root": str(project.root), "entrypoint": [sys.executable, str(script)]})
    )
    with pytest.raises(AirflowFailException, match="is not published"):  # it printed, no more
        attempt(project, "train")
    variables = json.loads(seen.read_text())
    assert not [name for name in variables if name.startswith(("AIRFLOW", "_AIRFLOW"))]
    assert variables["HEADRACE_ROOT"] == str(project.root)


def test_killing_the_task_stops_the_process(project):
    import threading  # noqa: PLC0415

    project.script({"train": {"wait_for": str(project.root / "never")}})
    made = Attempt(project.dag().get_task("train"))
    caught = []

    def run():
        try:
            made.run()
        except AirflowException as error:
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while not project.called():
        assert thread.is_alive()
    made.task.on_kill()
    thread.join()
    assert "exit code 143" in str(caught[0])


def test_a_hand_written_dag_has_the_addresses_of_a_flow(project):
    step = {
        "pipeline": "p",
        "mode": "train",
        "input": "${env.root}/rows/*.csv",
        "params": {"n": "{{ params.rounds }}"},
        "promote": "champion",
    }
    with DAG("own", schedule=None):
        train = EmbeddedPipelineOperator(
            task_id="train", step=step, environment=project.environment
        )
    made = Attempt(train).run()
    assert made.shown["headrace"]["address"] == f"{project.root}/models/own.train@manual__1"
    assert 'n="3"' in made.task.arguments


@pytest.mark.usefixtures("database")
@pytest.mark.filterwarnings("default")  # Airflow's own server uses what its libraries deprecate
def test_a_flow_runs_in_airflow(project):
    from airflow.dag_processing.bundles.manager import DagBundlesManager  # noqa: PLC0415
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db  # noqa: PLC0415
    from airflow.models.asset import AssetEvent  # noqa: PLC0415
    from airflow.utils.session import create_session  # noqa: PLC0415

    project.script({"train": {"fail": 75, "times": 1}})
    dag = project.dag()
    bag = DagBag(project.flow.parent, collect_dags=False)
    bag.bag_dag(dag)
    DagBundlesManager().sync_bundles_to_db()
    sync_bag_to_db(bag, "dags-folder", None)
    run = dag.test(run_conf={"rounds": 5})
    assert run.state == "success"
    assert project.called() == ["train", "train", "score"]
    with create_session() as session:
        (event,) = session.query(AssetEvent).all()
        assert event.extra["address"].startswith(f"{project.root}/datasets/two.score@manual__")
