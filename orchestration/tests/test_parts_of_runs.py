"""Runs of partitions, of some steps, and of steps that wait; `stand_in.py` is the entrypoint."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headrace.contracts.digests import sha256
from headrace.contracts.manifest import FileEntry, Manifest, Rows, files_digest
from headrace.errors import RequestError
from headrace.storage.versions import Versions
from headrace_orchestration.check import check_flow
from headrace_orchestration.environment import Environment
from headrace_orchestration.load import load_flow
from headrace_orchestration.local.command import run_command
from headrace_orchestration.local.outcome import StepFailed
from headrace_orchestration.plan import plan_flow
from headrace_orchestration.waiting import find_published

STAND_IN = Path(__file__).with_name("stand_in.py")
DAILY = """\
version: headrace/v1
name: daily
partitions: {daily: {first: 2013-01-01}}
steps:
  fit: {pipeline: p, mode: train, input: "${env.root}/rows/${partition}.csv"}
"""
PARTS = """\
version: headrace/v1
name: parts
groups: {last: {}}
steps:
  first: {pipeline: p, mode: train, input: "${env.root}/rows/*.csv"}
  score: {pipeline: p, mode: score, input: "${env.root}/rows/*.csv", model: "${steps.first.model}"}
  check: {pipeline: p, mode: evaluate, input: "${steps.score.output}",
    model: "${steps.first.model}", group: last}
  other: {pipeline: p, mode: train, input: "${env.root}/rows/*.csv", after: [check]}
"""
WAITING = """\
version: headrace/v1
name: waiting
datasets: {clean: {uri: weather.clean@published}}
steps:
  there: {mode: wait, input: "${datasets.clean}", every: 0s, timeout: 20s}
  fit: {pipeline: p, mode: train, input: "${steps.there.output}"}
"""


class Project:
    """A folder with rows, and an environment with the stand-in for an entrypoint."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.calls = folder, folder / "calls"
        (folder / "rows").mkdir()
        for day in ("2013-01-01", "2013-01-02", "2013-01-04"):
            (folder / "rows" / f"{day}.csv").write_text("id\n1\n")
        entrypoint = json.dumps([sys.executable, str(STAND_IN)])
        (folder / "env.yaml").write_text(f"entrypoint: {entrypoint}\nroot: .\n")
        (folder / "script.json").write_text("{}")
        monkeypatch.setenv("STAND_IN_CALLS", str(self.calls))
        monkeypatch.setenv("STAND_IN_SCRIPT", str(folder / "script.json"))

    def run(self, text, **options):
        """Run a flow, and return the steps that were called."""
        name = text.split("name: ")[1].split()[0]
        flow = self.folder / f"{name}.yaml"
        flow.write_text(text)
        self.calls.write_text("")
        asked = {"root": None, "params": (), "run_key": None, "as_json": False, **options}
        try:
            run_command(flow, self.folder / "env.yaml", **asked)
        finally:
            self.called = [line.split()[0] for line in self.calls.read_text().splitlines()]
        return self.called

    def publish(self, created, version="v1"):
        """Publish the dataset of another flow."""
        versions = Versions(f"{self.folder}/datasets/weather.clean", "dataset")
        path = f"{versions.version_path(version)}part.csv"
        versions.store.write(path, b"id\n1\n")
        files = (FileEntry(path="part.csv", size=5, sha256=sha256(b"id\n1\n")),)
        versions.publish(
            Manifest(
                kind="dataset",
                uri=f"{self.folder}/datasets/weather.clean",
                version=version,
                created=created,
                request_digest=sha256(b""),
                digest=files_digest(files),
                pipeline="p",
                mode="score",
                params={},
                inputs=(),
                rows=Rows(read=1, written=1),
                metrics={},
                files=files,
                seconds=0.1,
            )
        )
        versions.aliases.move("published", version, note="a test")


@pytest.fixture
def project(tmp_path, monkeypatch):
    return Project(tmp_path, monkeypatch)


def test_a_range_runs_one_partition_after_another_each_with_its_key(project, capsys):
    assert project.run(DAILY, partition="2013-01-01..2013-01-02") == ["fit", "fit"]
    versions = Versions(f"{project.folder}/models/daily.fit", "model")
    assert sorted(versions.names()) == ["2013-01-01", "2013-01-02"]
    assert "flow daily, run 2013-01-02, logs at" in capsys.readouterr().err
    assert project.run(DAILY, partition="2013-01-01") == []


def test_a_range_stops_at_the_partition_that_cannot_run(project):
    with pytest.raises(Exception, match=r"2013-01-03\.csv"):
        project.run(DAILY, partition="2013-01-02..2013-01-04")
    assert project.called == ["fit"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "Flow 'daily' has daily partitions; wanted one of them"),
        ({"partition": "2012-01-01"}, "'2012-01-01' is before the first partition"),
        (
            {"partition": "2013-01-01..2013-01-02", "run_key": "k1"},
            "One run key cannot name 2 runs",
        ),
    ],
)
def test_what_is_no_partition_is_told_before_anything_runs(project, options, said):
    with pytest.raises(RequestError, match=said):
        project.run(DAILY, **options)
    assert project.called == []


def test_some_steps_are_run_on_what_was_done_before(project):
    assert project.run(PARTS, only=["first"]) == ["first"]
    assert project.run(PARTS, only=["score", "last"]) == ["score", "check"]
    assert project.run(PARTS, begin=["check"]) == ["other"]
    assert project.run(PARTS, only=["other"], run_key="k2") == ["other"]


def test_steps_that_need_what_is_not_done_are_not_run(project):
    with pytest.raises(RequestError) as caught:
        project.run(PARTS, begin=["score"], run_key="k1")
    assert caught.value.what == ("Steps to run need others that are not done in run 'k1': first")
    assert project.called == []


def test_a_step_that_there_is_not_is_told(project):
    with pytest.raises(RequestError, match="Flow 'parts' has no step 'scor'") as caught:
        project.run(PARTS, only=["scor"])
    assert caught.value.fix == "did you mean 'score'?"


def test_a_step_waits_until_the_dataset_is_published_and_what_follows_reads_it(project, capsys):
    project.publish(datetime.now(UTC))
    assert project.run(WAITING) == ["fit"]
    assert "there: wait for weather.clean@published" in capsys.readouterr().err
    assert project.run(WAITING) == []
    project.publish(datetime.now(UTC) + timedelta(seconds=1), "v2")
    manifest = Versions(f"{project.folder}/datasets/weather.clean", "dataset").manifest("v2")
    assert (
        find_published(
            "weather.clean@published", str(project.folder), max_age=None, now=datetime.now(UTC)
        )
        == manifest
    )


def test_a_wait_ends_with_its_timeout(project):
    project.publish(datetime.now(UTC) - timedelta(days=3))
    text = WAITING.replace("timeout: 20s", "timeout: 1s, max_age: 1d")
    with pytest.raises(StepFailed) as caught:
        project.run(text)
    assert caught.value.exit_code == 75
    assert "'weather.clean@published' is not published after 1s" in caught.value.what
    assert "Not run, because they need it: fit" in caught.value.what
    assert project.called == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "uri: weather.clean@published",
            "uri: x/*.csv",
            "'x/*.csv' is no published dataset; wanted",
        ),
        (
            '"${datasets.clean}", every',
            '"${steps.score.output}", every',
            "a step waits for a dataset of another flow; for a step of this one, refer to it",
        ),
        ("every: 0s", "pipeline: p", "unknown field 'pipeline'; wanted one of: after, every,"),
        ("steps.there.output", "steps.there.model", "has no meaning here; wanted '.output'"),
    ],
)
def test_what_a_step_cannot_wait_for_is_told(write, catalog, old, new, fault):
    score = "  score: {pipeline: xgb, mode: score, input: x/y.csv, model: m@1}\n"
    path = write((WAITING + score).replace(old, new), "waiting")
    try:
        loaded = load_flow(path)
        found = check_flow(loaded, plan_flow(loaded, Environment("/root"), "k1"), catalog)
    except RequestError as error:
        found = error.where.splitlines()
    assert any(fault in str(each) for each in found), found
