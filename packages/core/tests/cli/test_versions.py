import json

import pytest
from typer.testing import CliRunner

from headrace.cli.versions import make_versions_app
from headrace.contracts.manifest import Manifest
from headrace.errors import ModelError, RequestError
from headrace.storage import Versions


@pytest.fixture
def root(tmp_path):
    return tmp_path / "root"


@pytest.fixture
def run(root, monkeypatch):
    monkeypatch.setenv("HEADRACE_ROOT", str(root))

    def run(kind, *arguments):
        result = CliRunner().invoke(make_versions_app(kind), arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0
        return result

    return run


@pytest.fixture
def model(root, publish):
    uri = root / "models" / "price"
    publish(uri, "v1", kind="model")
    publish(uri, "v2", kind="model", minutes=1)
    Versions(str(uri), "model").aliases.move("champion", "v1")
    return uri


def test_a_list_names_the_latest_version_its_aliases_and_metrics(run, model):
    line = next(line for line in run("models", "list").stdout.splitlines() if "price" in line)
    assert line.split()[:3] == ["price", "2", "v2"]
    assert "champion = v1" in line
    assert "holdout: rmse 0.25" in line
    (entry,) = json.loads(run("models", "list", "--json").stdout)
    assert entry["uri"] == str(model)
    assert entry["n_versions"] == 2
    assert entry["latest"]["version"] == "v2"
    assert entry["aliases"] == {"champion": "v1"}


def test_a_list_of_one_name_has_its_versions_newest_first(run, model):
    for name in ("price", str(model)):
        entries = json.loads(run("models", "list", name, "--json").stdout)
        assert [entry["version"] for entry in entries] == ["v2", "v1"]
        assert [entry["aliases"] for entry in entries] == [[], ["champion"]]
    assert "train linreg" in run("models", "list", "price").stdout


def test_datasets_are_listed_with_their_rows(run, root, publish):
    publish(root / "datasets" / "flights", "v1")
    lines = run("datasets", "list").stdout.splitlines()
    assert next(line for line in lines if "flights" in line).split()[-1] == "1"


def test_a_manifest_is_shown_by_version_alias_and_latest(run, model):
    for selector, version in (("v2", "v2"), ("champion", "v1"), ("latest", "v2")):
        shown = run("models", "show", f"price@{selector}", "--json").stdout
        assert Manifest.model_validate_json(shown).version == version
    text = run("models", "show", "price@champion").stdout
    for fact in (f"{model}@v1", "train linreg", "champion", "part-00000.parquet", "rmse", '["x"]'):
        assert fact in text


def test_the_root_option_goes_before_the_environment(run, model, monkeypatch):
    monkeypatch.setenv("HEADRACE_ROOT", "/absent")
    assert "price" in run("models", "list", "--root", str(model.parent.parent)).stdout
    assert run("models", "list").stdout == "No models in /absent/models\n"
    assert json.loads(run("models", "list", "--json").stdout) == []


def test_a_damaged_manifest_does_not_hide_the_other_names(run, root, model, publish):
    publish(root / "models" / "other", "v1", kind="model")
    (model / "versions/v1/_manifest.json").write_text("{")
    result = run("models", "list")
    assert "other" in result.stdout
    assert "price" not in result.stdout
    assert "warning: The manifest of version 'v1' is damaged" in result.stderr


def test_what_is_missing_is_an_error(run, model):
    with pytest.raises(ModelError, match="no version 'v7'"):
        run("models", "show", "price@v7")
    with pytest.raises(ModelError, match="There is no such model"):
        run("models", "list", "other")
    with pytest.raises(RequestError, match="says no version"):
        run("models", "show", str(model))
