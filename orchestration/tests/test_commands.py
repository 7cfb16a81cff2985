"""``headrace flow`` as a user types it."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from headrace.errors import RequestError
from headrace_orchestration.commands import app
from headrace_orchestration.hooks import headrace_register_commands


@pytest.fixture
def flow(catalog, flights, monkeypatch):
    """Call ``headrace flow`` in the folder of the flow of the flights."""
    monkeypatch.chdir(flights.parent)
    (flights.parent / "catalog.json").write_text(catalog.model_dump_json())

    def call(*arguments):
        result = CliRunner().invoke(app, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


def test_help_tells_a_newcomer_what_there_is(flow):
    said = flow("--help").output
    assert "Run and check flows: pipelines stitched together in one file." in said
    said = " ".join(flow("run", "--help").output.split())
    assert "Run a flow on this machine, each step as a process of its own." in said
    for option in ("--env", "--root", "--param", "--run-key", "--json"):
        assert option in said


def test_a_good_flow_is_said_to_be_good(flow):
    result = flow("check", "flights.yaml", "--catalog", "catalog.json")
    assert result.output == (
        "Flow 'flights': 5 steps, no faults, checked against catalog catalog.json\n"
    )


def test_faults_are_raised_with_file_and_line(flow, edit):
    edit("rounds: 7}", "round: 7}")
    with pytest.raises(RequestError) as caught:
        flow("check", "flights.yaml", "--catalog", "catalog.json")
    assert caught.value.where == (
        "flights.yaml:25: steps.train_xgb: params.round: unknown param; did you mean 'rounds'?"
    )


@pytest.mark.usefixtures("flow")
def test_faults_are_printed_as_json_too(edit):
    edit("rounds: 7}", "round: 7}")
    result = CliRunner().invoke(
        app, ["check", "flights.yaml", "--catalog", "catalog.json", "--json"]
    )
    assert isinstance(result.exception, RequestError)
    message = "steps.train_xgb: params.round: unknown param; did you mean 'rounds'?"
    assert json.loads(result.stdout) == {
        "flow": "flights",
        "n_steps": 5,
        "faults": [{"file": "flights.yaml", "line": 25, "message": message}],
    }


def test_an_assignment_without_a_value_is_refused(flow):
    with pytest.raises(RequestError, match="'rounds' sets nothing; wanted NAME=VALUE"):
        flow("check", "flights.yaml", "--catalog", "catalog.json", "--param", "rounds")


def test_the_root_comes_from_the_option_the_variable_or_the_folder(flow, edit, monkeypatch):
    edit("datasets/flights.score_xgb", "datasets/other")

    def root(*arguments):
        with pytest.raises(RequestError) as caught:
            flow("check", "flights.yaml", "--catalog", "catalog.json", *arguments)
        return caught.value.where.rpartition("makes '")[2].removesuffix(
            "/datasets/flights.score_xgb'"
        )

    assert root().endswith("/flows/headrace")
    monkeypatch.setenv("HEADRACE_ROOT", "/from/variable")
    assert root() == "/from/variable"
    assert root("--root", "/from/option") == "/from/option"


def test_registering_the_commands_imports_nothing_that_weighs():
    assert [spec.name for spec in headrace_register_commands()] == ["flow"]
    program = (
        "import sys, headrace_orchestration.hooks\n"
        "print([name for name in ('pydantic', 'typer', 'yaml', 'rich', 'obstore', 'asyncio') "
        "if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_flow_and_plan_import_neither_storage_nor_the_runner():
    program = (
        "import sys, headrace_orchestration.plan, headrace_orchestration.check\n"
        "heavy = ('obstore', 'rich', 'typer', 'asyncio', 'jsonschema', 'apache_beam', 'pyarrow')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_plan_shows_what_would_run(flow):
    result = flow(
        "plan", "flights.yaml", "--root", "/data", "--param", "rounds=7", "--run-key", "k1"
    )
    said = result.output.splitlines()
    assert said[0] == "flow flights, run k1, root /data"
    at = said.index("train_xgb: train xgb")
    assert said[at + 1] == "  after:     score_linreg"
    assert said[at + 2] == "  publishes: /data/models/flights.train_xgb@k1"
    assert said[at + 3] == "  alias:     champion"
    assert said[at + 4].startswith(
        "  runs:      headrace train xgb --input /data/datasets/flights.sc"
    )
    assert "rounds=7" in said[at + 4]


def test_a_plan_has_owner_contact_and_cost_labels_of_the_project(flow, flights):
    (flights.parents[1] / "project.yaml").write_text(
        "name: flights\nowner: team\ncontact: team@example.com\nlabels: {cost-center: '7'}\n"
    )
    plan = json.loads(flow("plan", "flights.yaml", "--json").output)
    assert plan["labels"] == {
        "project": "flights",
        "owner": "team",
        "contact": "team@example.com",
        "cost-center": "7",
    }
    step = next(step for step in plan["steps"] if step["step"] == "train_xgb")
    assert step["resources"] == {"cpu": "500m", "memory": "2Gi"}
    assert (step["attempts"], step["timeout"], step["alias"]) == (3, "1h", "champion")


def test_a_broken_project_file_is_told_with_its_line(flow, flights):
    (flights.parent / "project.yaml").write_text("name: x\nowner: y\ncontakt: z\n")
    with pytest.raises(RequestError) as caught:
        flow("plan", "flights.yaml")
    assert "project.yaml:3: unknown field 'contakt'; did you mean 'contact'?" in caught.value.where


def test_the_schema_is_printed(flow):
    assert json.loads(flow("schema").output)["title"] == "Headrace flow"


def test_an_environment_is_named(flow, flights):
    (flights.parent / "envs").mkdir()
    (flights.parent / "envs" / "test.yaml").write_text("root: /from/test\n")
    assert "root /from/test" in flow("plan", "flights.yaml", "--env", "test").output
    with pytest.raises(RequestError, match="There is no environment 'tst'"):
        flow("plan", "flights.yaml", "--env", "tst")


def test_chains_that_may_differ_become_arguments(flow, edit):
    edit("    prediction: delay\n", "    allow_chain: [linreg, xgb]\n")
    assert "--allow-chain linreg --allow-chain xgb" in flow("plan", "flights.yaml").output
    edit("[linreg, xgb]", "[linrg]")
    with pytest.raises(RequestError) as caught:
        flow("check", "flights.yaml", "--catalog", "catalog.json")
    assert "flights.yaml:37: steps.score_xgb.allow_chain: there is no pipeline 'linrg'; did" in (
        caught.value.where
    )
