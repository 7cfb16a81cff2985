import sys
from pathlib import Path

import pytest

from headrace.errors import RequestError
from headrace_orchestration.environment import Environment, find_entrypoint, load_environment


def test_without_a_file_it_is_this_machine_and_this_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_environment(None, None) == Environment(f"{tmp_path}/headrace", ("headrace",))


def test_a_relative_root_starts_at_the_files_folder_and_a_given_one_goes_before(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "envs" / "local.yaml"
    file.parent.mkdir()
    file.write_text("root: ../data\n")
    assert load_environment(file, None).root == f"{tmp_path}/data"
    assert load_environment(file, "other").root == f"{tmp_path}/other"
    assert load_environment(file, "s3://bucket/x/").root == "s3://bucket/x"


def test_an_empty_file_says_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "e.yaml").write_text("# nothing yet\n")
    assert load_environment(tmp_path / "e.yaml", None) == load_environment(None, None)


def test_faults_are_told_with_their_lines(tmp_path):
    file = tmp_path / "e.yaml"
    file.write_text("runtime: moon\nroots: x\nentrypoint: []\n")
    with pytest.raises(RequestError) as caught:
        load_environment(file, None)
    assert caught.value.where.splitlines() == [
        f"{file}:1: runtime: input should be 'local' or 'kubernetes', got 'moon'",
        f"{file}:2: unknown field 'roots'; did you mean 'root'?",
        f"{file}:3: entrypoint: tuple should have at least 1 item after validation, not 0, got []",
    ]


def test_the_entrypoint_is_found_beside_this_python():
    beside = Path(sys.executable).name
    assert find_entrypoint((beside, "-m", "x")) == (sys.executable, "-m", "x")


def test_an_entrypoint_that_is_not_there_is_told():
    with pytest.raises(RequestError, match="There is no program 'no-such-headrace' to run steps"):
        find_entrypoint(("no-such-headrace",))
