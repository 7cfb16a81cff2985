"""A real Airflow on loopback: api-server, scheduler, dag-processor; steps run the real entrypoint.

The entrypoint lives in an environment of its own, with Beam and the pipelines, as in production;
``./nox -s airflow`` makes it and names its programs' folder in ``$HEADRACE_TEST_PROJECT``.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

pytest.importorskip("airflow", reason="./nox -s airflow runs the tests that need it")
PROJECT = os.environ.get("HEADRACE_TEST_PROJECT")
if PROJECT is None:
    pytest.skip("./nox -s airflow names the pipelines' environment", allow_module_level=True)

WORKSPACE = Path(__file__).parents[3]
FLOWS = WORKSPACE / "orchestration/flows"
PATIENCE = 600  # seconds, of a test machine that does other things as well
LOADER = """\
from headrace_orchestration.airflow import flow_dags  # the words dag and airflow make it be read
globals().update(flow_dags("{flows}", "{environment}"))
"""
ENTRYPOINT = """\
import os, pathlib, sys
marker = pathlib.Path("{marker}")
if any("cron.train" in argument for argument in sys.argv) and not marker.exists():
    marker.touch()
    sys.exit(75)
os.execv("{headrace}", ["headrace", *sys.argv[1:]])
"""
NOTIFIER = """\
import pathlib
from airflow.sdk import BaseNotifier


class Note(BaseNotifier):
    def __init__(self, *, file):
        super().__init__()
        self.file = file

    def notify(self, context):
        with pathlib.Path(self.file).open("a") as file:
            file.write(context["ti"].dag_id + " " + context["ti"].task_id + "\\n")
"""
READER = """\
version: headrace/v1
name: reader
schedule: {assets: {any: [forecasts]}}
datasets: {forecasts: {uri: "${env.root}/datasets/flights.score_xgb@published"}}
steps:
  train:
    pipeline: linreg
    mode: train
    input: "${datasets.forecasts}"
    params: {features: [xgb_prediction], target: arr_delay, key: [id], folds: 0}
"""
CRON = """\
version: headrace/v1
name: cron
schedule: {cron: "0 3 * * *", timezone: Europe/Berlin}
datasets: {flights: {uri: "${env.root}/flights/month=*/*.parquet"}}
defaults: {retry: {attempts: 2, delay: 1s}}
steps:
  train:
    pipeline: linreg
    mode: train
    input: "${datasets.flights}"
    params: {features: [distance], target: arr_delay, key: [id], folds: 0}
"""
NO_DATA = """\
version: headrace/v1
name: no_data
defaults: {retry: {attempts: 3, delay: 1s}}
steps:
  train: {pipeline: linreg, mode: train, input: "${env.root}/nothing/*.parquet",
    params: {features: [distance], target: arr_delay, key: [id]}}
"""


class Airflow:
    """Three processes, and their HTTP interface."""

    def __init__(self, home, dags):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        port = self.url.rpartition(":")[2]
        self.home = home
        self.variables = {
            **os.environ,
            "AIRFLOW_HOME": str(home),
            "PYTHONPATH": str(home),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": port,
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
            "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "120",
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__CORE__PARALLELISM": "2",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
            "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
        }
        self.processes = []
        self.token = ""

    def command(self, *arguments):
        subprocess.run(
            [sys.executable, "-m", "airflow", *arguments],
            env=self.variables,
            check=True,
            capture_output=True,
        )

    def start(self):
        self.command("db", "migrate")
        for part in ("api-server", "scheduler", "dag-processor"):
            with (self.home / f"{part}.log").open("wb") as log:
                self.processes.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "airflow", part],
                        env=self.variables,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                    )
                )
        self.wait(lambda: self.call("GET", "/auth/token", retry=True), "the api-server")
        self.token = self.call("GET", "/auth/token")["access_token"]

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def call(self, method, path, body=None, *, retry=False):
        request = urllib.request.Request(  # noqa: S310 - our own
            self.url + path, method=method, data=None if body is None else json.dumps(body).encode()
        )
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if retry:
                return None
            raise AssertionError(f"{method} {path}: {error.read().decode()}") from error
        except OSError:
            if retry:
                return None
            raise

    def wait(self, asked, what):
        end = time.monotonic() + PATIENCE
        while not (answer := asked()):
            assert time.monotonic() < end, f"{what} took longer than {PATIENCE} s; see {self.home}"
            assert all(process.poll() is None for process in self.processes), self.home
            time.sleep(1)
        return answer

    def trigger(self, dag_id, **conf):
        path = f"/api/v2/dags/{dag_id}"
        self.wait(lambda: self.call("GET", path, retry=True), f"the DAG {dag_id}")
        run = self.call("POST", f"{path}/dagRuns", {"logical_date": None, "conf": conf})
        return run["dag_run_id"]

    def runs(self, dag_id):
        return self.call("GET", f"/api/v2/dags/{dag_id}/dagRuns?order_by=id")["dag_runs"]

    def finished(self, dag_id, run_id):
        def done():
            runs = [run for run in self.runs(dag_id) if run["dag_run_id"] == run_id]
            return next((run for run in runs if run["state"] in {"success", "failed"}), None)

        return self.wait(done, f"{dag_id} {run_id}")["state"]

    def tasks(self, dag_id, run_id):
        path = f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id)}/taskInstances"
        return {task["task_id"]: task for task in self.call("GET", path)["task_instances"]}

    def result(self, dag_id, run_id, task_id):
        path = f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id)}/taskInstances/{task_id}"
        return self.call("GET", f"{path}/xcomEntries/headrace?deserialize=true")["value"]

    def log(self, dag_id, run_id, task_id, attempt):
        path = f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id)}/taskInstances/{task_id}"
        return json.dumps(self.call("GET", f"{path}/logs/{attempt}?full_content=true"))


def quote(text):
    return urllib.parse.quote(text, safe="")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Two months of flights."""
    prepared = tmp_path_factory.mktemp("prepared")
    program = WORKSPACE / "examples/flights/prepare.py"
    subprocess.run([f"{PROJECT}/python", program, "--root", prepared], check=True)
    root = tmp_path_factory.mktemp("root")
    for month in (1, 2):
        (part,) = (prepared / "flights").glob(f"month=*{month:02d}") or (None,)
        shutil.copytree(part, root / "flights" / part.name)
    return root


@pytest.fixture(scope="module")
def airflow(tmp_path_factory, root):
    folder = tmp_path_factory.mktemp("airflow")
    flows = folder / "flows"
    flows.mkdir()
    shutil.copy(FLOWS / "flights.yaml", flows)
    shutil.copytree(FLOWS / "flights", flows / "flights")
    for name, text in {"reader": READER, "cron": CRON, "no_data": NO_DATA}.items():
        (flows / f"{name}.yaml").write_text(text)
    (flows / "broken.yaml").write_text("name: [\n")
    entrypoint = folder / "entrypoint.py"
    entrypoint.write_text(
        ENTRYPOINT.format(marker=folder / "was-transient", headrace=f"{PROJECT}/headrace")
    )
    environment = folder / "env.yaml"
    (folder / "notifying.py").write_text(NOTIFIER)
    told = {"notifier": "notifying.Note", "arguments": {"file": str(folder / "told")}}
    command = [sys.executable, str(entrypoint)]
    environment.write_text(
        json.dumps({"root": str(root), "entrypoint": command, "on_failure": told})
    )
    dags = folder / "dags"
    dags.mkdir()
    (dags / "loader.py").write_text(LOADER.format(flows=flows, environment=environment))
    airflow = Airflow(folder, dags)
    try:
        airflow.start()
        yield airflow
    finally:
        airflow.stop()


@pytest.fixture(scope="module")
def flights(airflow):
    """A run of the flights flow, which ended well."""
    run_id = airflow.trigger("flights", rounds=5)
    assert airflow.finished("flights", run_id) == "success"
    return run_id


def test_the_flights_flow_runs_and_shows_metrics_rows_and_version(airflow, flights):
    assert {task["state"] for task in airflow.tasks("flights", flights).values()} == {"success"}
    result = airflow.result("flights", flights, "train_xgb")
    assert result["metrics"]["holdout"]["rmse"] > 0
    assert result["rows"]["trained"] > 0
    assert result["address"].endswith(f"/models/flights.train_xgb@{result['version']}")


def test_its_published_dataset_starts_the_flow_that_reads_it(airflow, flights):
    run = airflow.wait(lambda: airflow.runs("reader"), "the run of the reader")[0]
    assert run["run_type"] == "asset_triggered"
    assert airflow.finished("reader", run["dag_run_id"]) == "success"
    (event,) = airflow.call("GET", "/api/v2/assets/events")["asset_events"]
    assert event["extra"]["rows"]["written"] > 0
    assert event["extra"]["address"].partition("@")[0].endswith("/datasets/flights.score_xgb")


def test_a_finished_task_that_is_cleared_does_nothing_again(airflow, flights, root):
    (manifest,) = (root / "datasets/flights.score_xgb/versions").glob("*/_manifest.json")
    before = manifest.stat().st_mtime_ns
    body = {
        "dry_run": False,
        "dag_run_id": flights,
        "task_ids": ["score_xgb"],
        "only_failed": False,
        "reset_dag_runs": True,
    }
    airflow.call("POST", "/api/v2/dags/flights/clearTaskInstances", body)
    assert airflow.finished("flights", flights) == "success"
    task = airflow.tasks("flights", flights)["score_xgb"]
    assert (task["state"], task["try_number"]) == ("success", 2)
    assert manifest.stat().st_mtime_ns == before
    assert len(list((root / "datasets/flights.score_xgb/versions").iterdir())) == 1


def test_a_data_error_fails_without_another_attempt(airflow):
    run_id = airflow.trigger("no_data")
    assert airflow.finished("no_data", run_id) == "failed"
    (task,) = airflow.tasks("no_data", run_id).values()
    assert (task["state"], task["try_number"]) == ("failed", 1)
    log = airflow.log("no_data", run_id, "train", 1)
    assert "exit code 4" in log
    assert "No file matches the glob" in log
    told = airflow.home / "told"
    airflow.wait(told.exists, "the notification")
    assert told.read_text() == "no_data train\n"


def test_a_transient_error_is_tried_again(airflow):
    run_id = airflow.trigger("cron")
    assert airflow.finished("cron", run_id) == "success"
    assert airflow.tasks("cron", run_id)["train"]["try_number"] == 2
    assert "exit code 75" in airflow.log("cron", run_id, "train", 1)


def test_a_backfill_runs_each_date_to_a_version_of_its_own(airflow, root):
    airflow.finished("cron", airflow.trigger("cron"))
    body = {
        "dag_id": "cron",
        "from_date": "2013-01-01T00:00:00Z",
        "max_active_runs": 1,
        "to_date": "2013-01-02T23:00:00Z",
        "run_backwards": False,
        "dag_run_conf": {},
    }
    airflow.call("POST", "/api/v2/backfills", {**body, "reprocess_behavior": "none"})

    def backfilled():
        runs = [run for run in airflow.runs("cron") if run["run_type"] == "backfill"]
        return len(runs) == 2 and all(run["state"] == "success" for run in runs)

    airflow.wait(backfilled, "the backfill")
    versions = [path.name for path in (root / "models/cron.train/versions").iterdir()]
    assert len([name for name in versions if name.startswith("backfill__2013-01-0")]) == 2


def test_a_broken_flow_is_seen_paused_with_its_error(airflow):
    airflow.wait(lambda: airflow.call("GET", "/api/v2/dags/broken", retry=True), "the DAG broken")
    details = airflow.call("GET", "/api/v2/dags/broken/details")
    assert details["is_paused"] is True
    assert "this is not YAML" in details["doc_md"]
