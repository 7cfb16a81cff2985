import os
from pathlib import Path

import pytest

from headrace.contracts.manifest import files_digest
from headrace.errors import DataError, RequestError
from headrace.storage import Versions, find_files, resolve_input


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    for path in ("month=1/a.parquet", "month=1/b.parquet", "month=10/c.parquet", "notes.txt"):
        write(folder / path, b"12")
    for path in ("_SUCCESS", ".hidden", "month=1/_tmp/x.parquet", "month=1/.a.parquet.crc"):
        write(folder / path, b"")
    return folder


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def found(uri, base):
    return [str(Path(file.uri).relative_to(base)) for file in find_files(str(uri))]


ALL = ["month=1/a.parquet", "month=1/b.parquet", "month=10/c.parquet"]


def test_a_file_is_found(data):
    (file,) = find_files(str(data / "notes.txt"))
    assert (file.uri, file.size, file.path) == (str(data / "notes.txt"), 2, "notes.txt")


def test_a_folder_means_all_files_below_it_but_the_hidden_ones(data):
    assert found(data, data) == [*ALL, "notes.txt"]
    assert found(f"{data}/", data) == [*ALL, "notes.txt"]
    assert found(f"file://{data}", data) == [*ALL, "notes.txt"]


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("month=*/*.parquet", ALL),
        ("**/*.parquet", ALL),
        ("month=?/*", ALL[:2]),
        ("month=1/[ab].parquet", ALL[:2]),
        ("**", [*ALL, "notes.txt"]),
        ("*", ["notes.txt"]),
        ("_*", ["_SUCCESS"]),
    ],
)
def test_a_glob_means_the_files_that_match(data, pattern, files):
    assert found(f"{data}/{pattern}", data) == files


def test_relative_paths_are_taken_from_the_working_directory(data, monkeypatch):
    monkeypatch.chdir(data)
    assert found("./month=1", data) == ALL[:2]
    assert found("month=*/a.parquet", data) == ALL[:1]


def test_a_file_whose_name_has_wildcards_or_an_at_is_read_as_it_is(data, tmp_path):
    write(data / "x[1].csv", b"")
    write(data / "me@home1/y.csv", b"")
    assert found(data / "x[1].csv", data) == ["x[1].csv"]
    for text in (data / "me@home1", data / "me@home1" / "y.csv"):
        resolved = resolve_input(str(text), str(tmp_path))
        assert [file.uri for file in resolved.files] == [str(data / "me@home1/y.csv")]
        assert resolved.manifest is None


def test_files_behind_a_link_are_found_at_the_link(data, tmp_path):
    (tmp_path / "link").symlink_to(data)
    assert found(tmp_path / "link" / "month=1", tmp_path) == [f"link/{path}" for path in ALL[:2]]


def test_what_is_not_found_says_what_was_looked_for(data):
    (data / "empty").mkdir()
    with pytest.raises(DataError, match=f"no such file or folder\n  where: {data}/absent"):
        find_files(f"{data}/absent")
    with pytest.raises(DataError, match="folder has no files to read; names that begin with '_'"):
        find_files(f"{data}/empty")
    write(data / "hidden/_x", b"")
    with pytest.raises(DataError, match="folder has no files to read"):
        find_files(f"{data}/hidden")
    with pytest.raises(DataError) as caught:
        find_files(f"{data}/month=*/*.csv")
    assert "No file matches the glob; " in str(caught.value)
    assert f"where: {data}/month=*/*.csv" in str(caught.value)
    with pytest.raises(DataError, match="No file matches the glob; 0 files"):
        find_files(f"{data}/absent/*")
    with pytest.raises(DataError, match="no such file or folder"):
        find_files(f"{data}/notes.txt/below")


def test_a_dataset_without_a_version_is_a_bad_request_that_names_latest(name, publish):
    publish(name, "v1")
    with pytest.raises(RequestError, match=f"(?s)says none.*fix:   add .*: {name}@latest"):
        find_files(str(name))


def test_no_folder_or_glob_sweeps_up_versions(name, publish):
    publish(name, "v1")
    write(name / "versions/v2/part-00000.parquet", b"not published")
    datasets = name.parent
    for text in (datasets, f"{datasets}/**", f"{name}/versions/*/*.parquet", f"{name}/versions"):
        with pytest.raises(RequestError, match=f"(?s)reaches into a dataset.*: {name}@v1"):
            find_files(str(text))


def test_a_reference_means_the_files_of_the_manifest(name, publish, tmp_path):
    files = {"part-00001.parquet": b"2", "part-00000.parquet": b"1"}
    manifest = publish(name, "v1", files=files)
    write(name / "versions/v1/stray.parquet", b"of a killed run")
    for text in ("flights@v1", "flights@latest", f"{name}@latest"):
        resolved = resolve_input(text, str(tmp_path / "root"))
        assert resolved.uri == text
        assert resolved.resolved == f"{name}@v1"
        assert resolved.manifest == manifest
        assert resolved.digest == files_digest(manifest.files)
        assert resolved.size == 2
        assert [Path(file.uri).read_bytes() for file in resolved.files] == [b"1", b"2"]


def test_an_alias_is_resolved_once_and_recorded_as_its_version(name, publish, tmp_path):
    publish(name, "v1")
    publish(name, "v2", minutes=1)
    Versions(str(name), "dataset").aliases.move("published", "v1")
    resolved = resolve_input("flights@published", str(tmp_path / "root"))
    assert resolved.resolved == f"{name}@v1"


def test_a_bare_name_always_is_a_dataset(name, publish, tmp_path, monkeypatch):
    root = str(tmp_path / "root")
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "flights.csv", b"")
    with pytest.raises(DataError, match=r"(?s)no dataset named 'flights.csv'.*: \./flights.csv"):
        resolve_input("flights.csv", root)
    publish(name, "v1")
    with pytest.raises(DataError, match=r"(?s)no dataset named 'fligths'.*did you mean 'flights'"):
        resolve_input("fligths@latest", root)
    with pytest.raises(RequestError, match=r"(?s)says no version.*flights@latest"):
        resolve_input("flights", root)


@pytest.mark.parametrize("text", ["flights@../../x", "flights@", "..", "@v1", "s3://b/../x", "*"])
def test_no_reference_leads_out_of_the_root(text, tmp_path):
    with pytest.raises((RequestError, DataError)):
        resolve_input(text, str(tmp_path))


def test_a_path_with_an_at_and_no_versions_is_looked_for_as_a_file(data, tmp_path):
    with pytest.raises(DataError, match=f"no such file or folder\n  where: {data}@v1"):
        resolve_input(f"{data}@v1", str(tmp_path))


def test_the_digest_of_plain_files_is_that_of_names_sizes_and_times(data, tmp_path):
    def digest(uri=data):
        return resolve_input(str(uri), str(tmp_path)).digest

    before = digest()
    assert digest() == before
    data.rename(tmp_path / "moved")
    assert digest(tmp_path / "moved") == before
    (tmp_path / "moved").rename(data)
    write(data / "_later", b"")
    assert digest() == before
    os.utime(data / "notes.txt", (1, 1))
    touched = digest()
    assert touched != before
    (data / "notes.txt").rename(data / "notes")
    assert digest() not in {before, touched}
