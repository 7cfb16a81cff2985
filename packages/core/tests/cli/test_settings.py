import json
from pathlib import Path

import pytest

from headrace.cli.yaml_files import mapping_in, with_settings
from headrace.errors import RequestError


@pytest.fixture
def yaml_file(tmp_path):
    def write(text):
        path = tmp_path / "params.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def test_a_setting_is_yaml_on_top_of_the_file(yaml_file):
    file = yaml_file("features: [x]\nholdout: 0.5\ntransforms: {x: [impute], z: [impute]}\n")
    params = with_settings(
        mapping_in(file, "--params"),
        ["holdout=0", "key=[id]", "target=y", "transforms.x=[{impute: {value: 3}}]"],
    )
    assert params == {
        "features": ["x"],
        "holdout": 0,
        "key": ["id"],
        "target": "y",
        "transforms": {"x": [{"impute": {"value": 3}}], "z": ["impute"]},
    }


def test_a_column_with_a_dot_in_its_name_can_be_set():
    assert with_settings({}, ["transforms.a.b=[impute]"]) == {"transforms": {"a.b": ["impute"]}}


def test_no_file_and_an_empty_file_are_no_params(yaml_file):
    assert mapping_in(None, "--params") == {}
    assert mapping_in(yaml_file("# nothing\n"), "--params") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", r"The file is not YAML at line 1, column 6: expected ',' or '\]'"),
        ("- a\n", "The file holds a list; wanted a mapping of names to values"),
        ("text", "The file holds a str; wanted a mapping"),
        (b"\xff\xfe\x00", "The file is not YAML: it is not UTF-8 text"),
        ("a: \x00", "The file is not YAML: "),
        ("since: 2026-01-01", r"holds datetime.date\(2026, 1, 1\); wanted texts"),
        ("share: .nan", "holds nan; wanted texts, finite numbers"),
        ("1: 2", "holds 1; wanted texts"),
        ("a: !!set {b}", "wanted texts"),
        ("a: !!python/name:os.system", "The file is not YAML at line 1, column 4: could not"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(yaml_file, text, message):
    with pytest.raises(RequestError, match=message) as caught:
        mapping_in(yaml_file(text), "--params")
    assert caught.value.where.startswith("--params ")


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(RequestError, match="cannot be read: No such file or directory") as caught:
        mapping_in(Path("absent.yaml"), "--params")
    assert caught.value.where == "--params absent.yaml"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("holdout", "'holdout' is no setting"),
        ("=3", "'=3' is no setting"),
        ("x={", "The value is not YAML at line 1, column 2"),
        ("when=2026-01-01", "The value holds datetime.date"),
        ("holdout.x=1", "Param 'holdout' has no parts"),
    ],
)
def test_a_setting_of_another_form_is_refused(setting, message):
    with pytest.raises(RequestError, match=message) as caught:
        with_settings({"holdout": 0.2}, [setting])
    assert caught.value.where.startswith("--set")


def test_a_file_and_settings_make_the_params_of_a_run(headrace, rows, yaml_file):
    file = yaml_file("features: [x]\ntarget: y\nkey: [id]\nholdout: 0.5\n")
    ended = headrace(
        *("train", "shift", "--input", rows, "--model", "m", "--params", file, "--json"),
        *("--set", "holdout=0", "--set", "transforms.x=[{impute: {strategy: constant, value: 3}}]"),
    )
    assert ended.code == 0, ended.err
    params = json.loads(ended.out)["params"]
    assert params["features"] == ["x"]
    assert params["holdout"] == 0
    assert params["transforms"] == {"x": [{"impute": {"strategy": "constant", "value": 3}}]}


def test_wrong_runner_options_are_refused(headrace, rows, settings, yaml_file):
    file = yaml_file("worker: 2\n")
    ended = headrace(
        *("train", "shift", "--input", rows, "--model", "m", *settings),
        *("--runner-options", file),
    )
    assert ended.code == 2
    assert "No option is named 'worker'\n  where: --runner-options" in ended.err
    assert "did you mean 'workers'?" in ended.err
    file.write_text("workers: 0\n")
    ended = headrace(
        *("train", "shift", "--input", rows, "--model", "m", *settings),
        *("--runner-options", file),
    )
    assert ended.code == 2
    assert "'workers' is 0; wanted greater than or equal to 1" in ended.err
