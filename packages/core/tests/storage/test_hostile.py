"""Nothing that storage says leads out of a version, and nothing is followed that should not be."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import DataError, HeadraceError, ModelError, RequestError
from headrace.models.loading import load_files
from headrace.storage import Versions, open_store
from headrace.storage.layout import is_file_of_version

OUTSIDE = [
    *("", ".", "..", "/etc/passwd", "../v2/part.parquet", "a/../../b", "a//b", "a/", "./a"),
    *("a\0b", "..\\..\\b", "C:\\b", "a\nb", "\x1b[2J", "_manifest.json"),
]


@pytest.fixture
def rewrite(name, publish):
    """Return a function that changes the JSON of a published manifest and reads it again."""

    def changed(change):
        publish(name, "v1")
        path = name / "versions/v1/_manifest.json"
        path.write_bytes(change(path.read_bytes()))
        return Versions(str(name), "dataset").manifest("v1")

    return changed


@pytest.mark.parametrize("path", OUTSIDE, ids=repr)
def test_a_manifest_that_names_a_file_outside_its_version_is_damaged(rewrite, path):
    def named(data):
        manifest = json.loads(data)
        manifest["files"][0]["path"] = path
        return json.dumps(manifest).encode()

    with pytest.raises(DataError, match="leads out of the version"):
        rewrite(named)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda data: data.replace(b'"dataset"', b'"dataset", "kind": "dataset"', 1),
            "'kind' twice",
        ),
        (lambda data: data.replace(b'"seconds": 0.5', b'"seconds": NaN'), "NaN is no number"),
        (lambda data: data.replace(b'"seconds": 0.5', b'"seconds": 1e999'), "too great a number"),
        (lambda data: data.replace(b'"n": 1.5', b'"n": ' + b"9" * 5_000), "Invalid JSON"),
        (lambda data: data.replace(b'"n": 1.5', b'"n": ' + b"[" * 99_999), "recursion limit"),
        (lambda data: data.replace(b'"n": 1.5', rb'"n": "\ud800"'), "hex escape"),
        (lambda data: data.decode().encode("utf-16"), "Invalid JSON"),
        (lambda data: data[:-40], "damaged"),
        (lambda data: data[:0], "damaged"),
        (lambda data: b"\0" * len(data), "damaged"),
    ],
)
def test_a_hostile_manifest_is_damaged(rewrite, change, message):
    with pytest.raises(DataError, match=r"manifest of version 'v1' is damaged") as caught:
        rewrite(change)
    assert message in caught.value.what


@given(st.text(alphabet='./\\\0ab~:_"\n', max_size=12))
def test_a_path_that_is_accepted_stays_within_its_folder(path):
    if is_file_of_version(path):
        assert os.path.normpath(f"/v/{path}") == f"/v/{path}"


@pytest.mark.parametrize("path", [path for path in OUTSIDE if path.count("/") or "." in path[:2]])
def test_a_store_touches_nothing_outside(tmp_path, path):
    store = open_store(str(tmp_path / "store"), ModelError)
    if path in {"C:\\b", "..\\..\\b", "_manifest.json"}:
        return
    for touch in (
        lambda: store.read(path, limit=10),
        lambda: store.write(path, b""),
        lambda: store.create(path, b""),
        lambda: store.delete(path),
        lambda: store.info(path),
        lambda: list(store.chunks(path)),
    ):
        with pytest.raises(ModelError, match="is not a path within the folder"):
            touch()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("selector", ["..", "../v1", "v1/..", "/v1", "v\0001", "v1\n", "v\\1"])
def test_no_version_leads_out_of_its_name(name, publish, selector):
    publish(name, "v1")
    versions = Versions(str(name), "dataset")
    with pytest.raises(RequestError):
        versions.manifest(selector)
    with pytest.raises(HeadraceError):
        versions.resolve(selector)


def test_a_link_is_followed_but_what_it_leads_to_must_have_the_digest(name, publish, tmp_path):
    manifest = publish(name, "v1", kind="model", files={"model/a.json": b"{}"})
    folder = name / "versions/v1"
    secret = tmp_path / "secret"
    secret.write_bytes(b"??")
    (folder / "model/a.json").unlink()
    (folder / "model/a.json").symlink_to(secret)
    with pytest.raises(ModelError, match="is not the one that was published") as caught:
        load_files(str(folder), manifest.files)
    assert "??" not in str(caught.value)
    secret.write_bytes(b"{}")
    assert load_files(str(folder), manifest.files) == {"model/a.json": b"{}"}


def test_deleting_a_folder_leaves_what_its_links_lead_to(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_bytes(b"1")
    store = open_store(str(tmp_path / "store"))
    store.write("folder/file", b"1")
    (tmp_path / "store/folder/link").symlink_to(outside)
    store.clear("folder")
    assert (outside / "kept").read_bytes() == b"1"
    assert not (tmp_path / "store/folder").exists()
