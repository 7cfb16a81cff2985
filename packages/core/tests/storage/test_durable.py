import os
import threading
from pathlib import Path

import pytest

from headrace.errors import DataError
from headrace.storage import Versions
from headrace.storage.durable import create_durably, sync_files


@pytest.fixture
def steps(monkeypatch):
    """Return what is synced and named, in order, as it happens."""
    seen = []
    fsync, link = os.fsync, os.link

    def synced(descriptor):
        seen.append(("sync", str(Path(f"/proc/self/fd/{descriptor}").readlink())))
        fsync(descriptor)

    def linked(source, target):
        seen.append(("name", str(target)))
        link(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "link", linked)
    return seen


linux = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="looks into Linux's /proc")


def test_a_created_file_is_whole_and_nothing_else_is_left(tmp_path):
    create_durably(tmp_path / "a/b/file", b"data")
    assert (tmp_path / "a/b/file").read_bytes() == b"data"
    assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["file"]


def test_a_file_that_is_there_stays_as_it_is(tmp_path):
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        create_durably(tmp_path / "file", b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_of_many_who_create_a_file_at_once_one_succeeds(tmp_path):
    won = []

    def create(number):
        try:
            create_durably(tmp_path / "file", b"%d" % number)
            won.append(number)
        except FileExistsError:
            pass

    threads = [threading.Thread(target=create, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"%d" % number for number in won]


@linux
def test_bytes_are_synced_before_the_name_and_the_name_after(tmp_path, steps):
    create_durably(tmp_path / "a/file", b"data")
    kinds = [kind for kind, _ in steps]
    assert kinds.index("name") == 1
    assert steps[0][1].startswith(f"{tmp_path}/a/file#")
    assert {("sync", str(tmp_path / "a")), ("sync", str(tmp_path))} <= set(steps[2:])


@linux
def test_a_version_is_published_after_its_files_and_folders_are_synced(
    name, publish, steps, tmp_path
):
    publish(name, "v1", files={"part-00000.parquet": b"PAR1", "part-00001.parquet": b"PAR1"})
    folder = name / "versions/v1"
    named = steps.index(("name", str(folder / "_manifest.json")))
    for path in (folder / "part-00000.parquet", folder / "part-00001.parquet", folder, name):
        assert ("sync", str(path)) in steps[:named]


def test_a_version_without_one_of_its_files_is_not_published(name, make_manifest):
    manifest = make_manifest(str(name), "v1", files={"part-00000.parquet": b"PAR1"})
    with pytest.raises(DataError, match="There is no such file"):
        Versions(str(name), "dataset").publish(manifest)


def test_what_is_not_there_cannot_be_synced(tmp_path):
    with pytest.raises(FileNotFoundError):
        sync_files([tmp_path / "file"])
