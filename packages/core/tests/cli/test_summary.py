import json

import pytest
from typer.testing import CliRunner

from headrace.cli.versions import make_versions_app
from headrace.contracts.summary import Summary, SummaryTable
from headrace.storage import Versions

SUMMARY = Summary(
    facts={"n_rows": 12345, "r2": 0.123456789, "method": "exact", "f": None},
    tables=(
        SummaryTable(
            title="Coefficients",
            columns=("feature", "value"),
            rows=(("x [1]", 1.23456789), ("z", None)),
        ),
        SummaryTable(title="Nothing", columns=("a",), rows=()),
    ),
)


@pytest.fixture
def root(tmp_path):
    return tmp_path / "root"


@pytest.fixture
def show(root, publish):
    """Return a function that publishes a model with files, and shows it."""

    def show(data, *arguments, damage=None):
        uri = root / "models" / "price"
        publish(uri, "v1", kind="model", files={"summary.json": data, "model/x": b"x"})
        if damage is not None:
            versions = Versions(str(uri), "model")
            versions.store.write(versions.version_path("v1") + "summary.json", damage)
        result = CliRunner().invoke(
            make_versions_app("models"), ["show", "price@v1", "--root", str(root), *arguments]
        )
        assert result.exit_code == 0, result.exception
        return result

    return show


def test_a_model_shows_its_summary_with_six_digits(show):
    lines = [line.split() for line in show(SUMMARY.model_dump_json().encode()).stdout.splitlines()]
    for wanted in (
        ["n_rows", "12,345"],
        ["r2", "0.123457"],
        ["method", "exact"],
        ["f"],
        ["Coefficients"],
        ["x", "[1]", "1.23457"],
        ["z"],
        ["Nothing:", "none"],
    ):
        assert wanted in lines


def test_json_has_the_summary_with_all_digits_beside_the_manifest(show):
    shown = json.loads(show(SUMMARY.model_dump_json().encode(), "--json").stdout)
    assert shown["version"] == "v1"
    assert shown["summary"]["facts"]["r2"] == 0.123456789
    assert Summary.model_validate(shown["summary"]) == SUMMARY


def test_a_model_without_a_summary_is_shown_without(root, publish):
    publish(root / "models" / "price", "v1", kind="model", files={"model/x": b"x"})
    arguments = ["show", "price@v1", "--root", str(root), "--json"]
    result = CliRunner().invoke(make_versions_app("models"), arguments)
    assert "summary" not in json.loads(result.stdout)


@pytest.mark.parametrize(
    ("data", "damage", "said"),
    [
        (b"{}", b"[]", "summary.json is not the file that was published"),
        (b"[", None, "The model's summary cannot be read"),
        (b'{"format": "headrace/summary/v9"}', None, "headrace/summary/v1"),
        (b'{"facts": {"r2": NaN}}', None, "The model's summary cannot be read"),
    ],
)
def test_a_damaged_summary_is_a_warning_and_hides_nothing_else(show, data, damage, said):
    shown = show(data, damage=damage)
    assert said in shown.stderr
    assert shown.stderr.startswith("warning: ")
    assert "price@v1" in shown.stdout
