"""The local runner, with real processes and manifests; `stand_in.py` says what they do."""

import json
import re
import sys
from pathlib import Path

import pytest
import yaml

from headrace.errors import DataError, RequestError
from headrace.storage.versions import Versions
from headrace_orchestration.local.command import run_command
from headrace_orchestration.local.folder import RunFolder
from headrace_orchestration.local.outcome import StepFailed

STAND_IN = Path(__file__).with_name("stand_in.py")

FLOW = """\
version: headrace/v1
name: two
params: {depth: {type: integer, default: 3}}
datasets:
  rows: {uri: "${env.root}/rows/*.csv"}
  scored: {uri: "${env.root}/datasets/two.score"}
defaults: {retry: {attempts: 2, delay: 0s}}
steps:
  first:
    pipeline: p
    mode: train
    input: "${datasets.rows}"
    set: {depth: "${params.depth}"}
    promote: champion
  score:
    pipeline: p
    mode: score
    input: "${datasets.rows}"
    model: "${steps.first.model}"
    out_of_fold: true
    publish: scored
  second: {pipeline: p, mode: train, input: "${steps.score.output}"}
  check: {pipeline: p, mode: evaluate, input: "${datasets.rows}", model: "${steps.second.model}"}
  alone: {pipeline: p, mode: train, input: "${datasets.rows}"}
"""


class Project:
    """A flow, its data, and an environment with the stand-in for an entrypoint."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.root = folder, folder / "root"
        (self.root / "rows").mkdir(parents=True)
        (self.root / "rows" / "a.csv").write_text("id,y\n1,2\n")
        self.flow = folder / "two.yaml"
        self.flow.write_text(FLOW)
        self.environment = folder / "local.yaml"
        entrypoint = json.dumps([sys.executable, str(STAND_IN)])
        self.environment.write_text(f"entrypoint: {entrypoint}\nroot: root\n")
        self.calls = folder / "calls"
        self.script({})
        monkeypatch.setenv("STAND_IN_CALLS", str(self.calls))
        monkeypatch.setenv("STAND_IN_SCRIPT", str(folder / "script.json"))

    def keep(self, *steps):
        """Leave out the other steps, to have less to wait for."""
        flow = yaml.safe_load(self.flow.read_text())
        flow["steps"] = {name: flow["steps"][name] for name in steps}
        flow["datasets"].pop("scored")
        self.flow.write_text(yaml.safe_dump(flow, sort_keys=False))

    def script(self, behaviours):
        (self.folder / "script.json").write_text(json.dumps(behaviours))

    def run(self, *params, run_key=None, as_json=False):
        """Run the flow, and return the steps that were called."""
        self.calls.write_text("")
        run_command(
            self.flow,
            self.environment,
            root=None,
            params=params,
            run_key=run_key,
            as_json=as_json,
        )
        return self.called()

    def fail(self, kind, *params, run_key=None):
        with pytest.raises(kind) as caught:
            self.run(*params, run_key=run_key)
        return caught.value

    def called(self):
        return sorted(line.split()[0] for line in self.calls.read_text().splitlines())

    def runs(self):
        return sorted(path for path in (self.root / "runs" / "two").iterdir())

    def edit(self, old, new):
        assert old in self.flow.read_text()
        self.flow.write_text(self.flow.read_text().replace(old, new))


ALL = ["alone", "check", "first", "score", "second"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    return Project(tmp_path, monkeypatch)


def test_a_flow_runs_and_ends_with_a_table(project, capsys):
    assert project.run(run_key="k1") == ALL
    out, err = capsys.readouterr()
    lines = [re.split("  +", line.strip()) for line in out.splitlines() if line.strip()]
    assert lines[0][0].startswith("flow two, run k1, ")
    assert lines[1] == ["step", "rows", "seconds", "metrics", "address"]
    assert lines[3:] == [
        ["first", "1,234", "0.5", "holdout: rmse 12.3456", "two.first@k1"],
        ["score", "1,230", "0.5", "two.score@k1"],
        ["second", "1,234", "0.5", "holdout: rmse 12.3456", "two.second@k1"],
        ["check", "1,234", "0.5", "two.check@k1"],
        ["alone", "1,234", "0.5", "holdout: rmse 12.3456", "two.alone@k1"],
        [f"addresses are under {project.root}"],
    ]
    said = err.splitlines()
    assert said[0] == f"flow two, run k1, logs at {project.root}/runs/two/k1"
    assert "first: train p" in said
    assert any(line.startswith("second: done in ") for line in said)


def test_what_a_step_says_is_in_its_log(project):
    project.keep("first", "alone")
    project.run(run_key="k1")
    log = (project.root / "runs/two/k1/first.log").read_text()
    assert "running first, attempt 1" in log


def test_aliases_move_after_success(project):
    project.run(run_key="k1")
    models = Versions(f"{project.root}/models/two.first", "model")
    assert models.aliases.current() == {"champion": "k1"}
    datasets = Versions(f"{project.root}/datasets/two.score", "dataset")
    assert datasets.aliases.current() == {"published": "k1"}


def test_the_same_command_again_does_nothing(project, capsys):
    project.run()
    capsys.readouterr()
    assert project.run() == []
    assert len(project.runs()) == 1
    out, err = capsys.readouterr()
    assert err.count("done before") == 5
    assert out.count("done before") == 5


def test_changed_data_params_flow_or_code_make_a_new_run(project, monkeypatch):
    project.keep("first", "alone")
    project.run()
    (project.root / "rows" / "b.csv").write_text("id,y\n2,3\n")
    assert project.run() == ["alone", "first"]
    assert project.run("depth=4") == ["alone", "first"]
    project.edit("default: 3", "default: 5")
    assert project.run() == ["alone", "first"]
    monkeypatch.setenv("STAND_IN_VERSION", "2")
    assert project.run() == ["alone", "first"]
    assert len(project.runs()) == 5


def test_within_a_given_run_only_what_has_changed_is_run_again(project):
    project.keep("first", "alone")
    project.run(run_key="k1")
    assert project.run(run_key="k1") == []
    project.edit("alone:\n", "alone:\n    where: x > 1\n")
    error = project.fail(StepFailed, run_key="k1")
    assert project.called() == ["alone"]
    assert error.exit_code == 2
    assert "error: another request is at this version" in error.what


def test_a_version_that_is_gone_is_made_again(project):
    project.keep("first", "alone")
    project.run(run_key="k1")
    (project.root / "models/two.alone/versions/k1/_manifest.json").unlink()
    assert project.run(run_key="k1") == ["alone"]


def test_a_record_that_cannot_be_read_counts_for_nothing(project):
    project.keep("first", "alone")
    project.run(run_key="k1")
    (project.root / "runs/two/k1/alone.json").write_text("{")
    assert project.run(run_key="k1") == ["alone"]


def test_a_failed_step_stops_what_needs_it_and_nothing_else(project, capsys):
    project.script({"score": {"fail": 4}})
    error = project.fail(StepFailed)
    assert project.called() == ["alone", "first", "score"]
    assert error.exit_code == 4
    run_key = project.runs()[0].name
    assert error.what == (
        "Step 'score' failed with exit code 4:\n"
        "    error: score was told to fail\n"
        "      fix:   tell it not to\n"
        "Not run, because they need it: second, check"
    )
    assert error.where == f"{project.root}/runs/two/{run_key}/score.log"
    assert error.fix == (
        f"mend the cause, then resume with: headrace flow run {project.flow} "
        f"--env {project.environment} --run-key {run_key}"
    )
    out, err = capsys.readouterr()
    assert "score: failed with exit code 4: score was told to fail" in err
    assert "second: not run, it needs step 'score'" in err
    assert "check: not run, it needs step 'second'" in err
    assert "failed" in out


def test_a_failed_run_is_taken_up_where_it_failed(project):
    project.script({"score": {"fail": 4}})
    project.fail(StepFailed)
    project.script({})
    assert project.run() == ["check", "score", "second"]
    assert len(project.runs()) == 1


def test_the_resume_command_takes_up_the_run_after_its_cause_is_mended_in_the_flow(project):
    project.script({"score": {"fail": 4}})
    error = project.fail(StepFailed)
    project.script({})
    project.edit("mode: score\n", "mode: score\n    keep: [id]\n")
    run_key = error.fix.rpartition(" ")[2]
    assert project.run(run_key=run_key) == ["check", "score", "second"]


@pytest.mark.parametrize("code", [75, 137, 143])
def test_what_may_pass_is_tried_again(project, capsys, code):
    project.keep("first", "alone")
    project.script({"first": {"fail": code, "times": 1}})
    assert project.run() == ["alone", "first", "first"]
    assert "first: train p (attempt 2)" in capsys.readouterr().err


def test_it_is_tried_as_often_as_the_flow_says(project):
    project.keep("first", "alone")
    project.script({"first": {"fail": 75}})
    error = project.fail(StepFailed)
    assert project.called() == ["alone", "first", "first"]
    assert error.exit_code == 75
    assert "Step 'first' failed with exit code 75 after 2 attempts:" in error.what


@pytest.mark.parametrize("code", [2, 139])
def test_what_will_not_pass_is_not_tried_again(project, code):
    project.keep("first", "alone")
    project.script({"first": {"fail": code}})
    assert project.fail(StepFailed).exit_code == code
    assert project.called() == ["alone", "first"]


def entrypoint(project, behaviour):
    """Put something else in the place of the entrypoint, which still has a catalog."""
    file = project.folder / "other.py"
    file.write_text(
        f"import runpy, sys\nif sys.argv[1] != 'catalog':\n    {behaviour}\n"
        f"runpy.run_path({str(STAND_IN)!r}, run_name='__main__')\n"
    )
    argv = json.dumps([sys.executable, str(file)])
    project.environment.write_text(f"entrypoint: {argv}\nroot: root\n")


def test_a_step_that_says_nothing_is_told_by_its_exit_code(project):
    project.keep("first", "alone")
    entrypoint(project, "sys.exit(9)")
    error = project.fail(StepFailed)
    assert "it ended with exit code 9 and said nothing" in error.what
    assert error.exit_code == 9


def test_a_program_that_is_no_headrace_is_told(project):
    project.keep("first", "alone")
    entrypoint(project, "sys.exit(print('hello'))")
    error = project.fail(StepFailed)
    assert "Step 'first' ended well but printed no manifest" in error.what


def test_a_step_that_takes_too_long_is_stopped_and_tried_again(project):
    project.keep("first", "alone")
    project.edit("first:\n", "first:\n    timeout: 2s\n")
    project.script({"first": {"wait_for": str(project.folder / "never")}})
    error = project.fail(StepFailed)
    assert project.called() == ["alone", "first", "first"]
    assert error.exit_code == 143
    assert "stopped after its timeout of 2s" in error.what


def test_steps_that_do_not_wait_for_each_other_run_side_by_side(project):
    # Each waits for what the other has finished or begun: one after the other would never end.
    project.edit(
        'mode: train, input: "${datasets.rows}"}',
        'mode: train, input: "${datasets.rows}", resources: {cpu: 100m}}',
    )
    project.edit("first:\n", "first:\n    resources: {cpu: 100m}\n")
    alone = project.root / "models/two.alone/versions/k1/_manifest.json"
    project.script({"first": {"wait_for": str(alone)}})
    assert project.run(run_key="k1") == ALL


def test_a_step_that_asks_for_more_than_the_machine_has_runs_alone(project):
    project.edit("first:\n", "first:\n    resources: {cpu: 10000}\n")
    assert project.run() == ALL


def test_json_has_every_step_and_its_manifest(project, capsys):
    project.keep("first", "alone")
    project.run(run_key="k1", as_json=True)
    result = json.loads(capsys.readouterr().out)
    assert result["flow"] == "two"
    assert result["run_key"] == "k1"
    first = result["steps"][0]
    assert first["step"] == "first"
    assert first["state"] == "done"
    assert first["attempts"] == 1
    assert first["exit_code"] == 0
    assert first["address"] == f"{project.root}/models/two.first@k1"
    assert first["manifest"]["metrics"] == {"holdout": {"rmse": 12.3456}}


def test_missing_data_is_told_before_anything_runs(project):
    (project.root / "rows" / "a.csv").unlink()
    project.calls.write_text("")
    error = project.fail(DataError)
    assert "No file matches the glob" in str(error)
    assert project.called() == []


def test_a_faulty_flow_does_not_run(project):
    project.edit("pipeline: p\n    mode: score", "pipeline: q\n    mode: score")
    error = project.fail(RequestError)
    assert "steps.score: there is no pipeline 'q'; did you mean 'p'?" in error.where or (
        "steps.score: there is no pipeline 'q'" in error.where
    )
    assert project.called() == []


def test_a_run_that_is_running_already_is_not_run_twice(project):
    with RunFolder(project.root / "runs/two/k1").locked():
        error = project.fail(RequestError, run_key="k1")
    assert "Run 'k1' is running already, as process" in error.what


def test_models_from_outside_count_too(project):
    project.run(run_key="k1")
    project.edit("${steps.first.model}", "two.alone@k1")
    assert project.run(run_key="k2") == ALL
    assert project.run(run_key="k2") == []
