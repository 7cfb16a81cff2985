import pytest

from headrace.errors import RequestError
from headrace.storage import list_names


def test_names_are_the_folders_that_hold_versions(tmp_path, publish):
    root = tmp_path / "root"
    for name in ("b", "a.step"):
        publish(root / "models" / name, "v1", kind="model")
    publish(root / "datasets" / "c", "v1")
    publish(root / "models" / "Not-A-Name", "v1", kind="model")
    (root / "models" / "empty").mkdir()
    (root / "models" / "file").touch()
    assert list_names(str(root), "models") == ("a.step", "b")
    assert list_names(str(root), "datasets") == ("c",)


def test_a_root_that_is_not_there_has_no_names(tmp_path):
    assert list_names(str(tmp_path / "absent"), "models") == ()


def test_a_root_must_be_a_place():
    with pytest.raises(RequestError, match="has the scheme 'ftp'"):
        list_names("ftp://x/y", "models")
