import pickle
import signal
import subprocess
import sys

import pytest
from obstore.exceptions import GenericError

from headrace.errors import DataError, ModelError, RequestError, TransientError
from headrace.storage import AlreadyExists, open_store
from headrace.storage.faults import translated


def contents(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_what_is_written_is_read(tmp_path):
    store = open_store(str(tmp_path / "new"))
    store.write("a/b c=1/é#.bin", b"data")
    assert store.read("a/b c=1/é#.bin", limit=4) == b"data"
    assert store.find("a/b c=1/é#.bin", limit=4) == b"data"
    assert store.exists("a/b c=1/é#.bin")
    assert store.local_path("a/x") == tmp_path / "new" / "a" / "x"
    assert store.uri("a/x") == f"{tmp_path}/new/a/x"


def test_opening_and_reading_create_nothing(tmp_path):
    store = open_store(str(tmp_path / "absent"))
    assert list(store.list()) == []
    assert list(store.files("x")) == []
    assert store.folders() == ()
    assert store.info("x") is None
    assert store.find("x", limit=1) is None
    store.delete("x")
    store.clear("x")
    assert not (tmp_path / "absent").exists()


def test_a_missing_file_is_of_the_store_s_error(tmp_path):
    with pytest.raises(DataError, match=f"no such file\n  where: {tmp_path}/x"):
        open_store(str(tmp_path)).read("x", limit=1)
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="no such file"):
        open_store(str(tmp_path), ModelError).read("file/below", limit=1)


def test_a_file_over_the_limit_is_not_read(tmp_path):
    (tmp_path / "big").write_bytes(b"123")
    with pytest.raises(DataError, match="The file has 3 bytes; at most 2 are wanted"):
        open_store(str(tmp_path)).read("big", limit=2)
    with pytest.raises(DataError, match="The file has 3 bytes"):
        open_store(str(tmp_path)).find("big", limit=2)


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/passwd", "", ".", "a//b", "a\0b"])
def test_no_path_leads_out_of_the_store(tmp_path, path):
    store = open_store(str(tmp_path / "inside"), ModelError)
    (tmp_path / "x").write_bytes(b"outside")
    for action in (
        lambda: store.read(path, limit=100),
        lambda: store.write(path, b""),
        lambda: store.create(path, b""),
        lambda: store.delete(path),
        lambda: store.info(path),
        lambda: store.writer(path).__enter__(),
        lambda: store.local_path(path or ".."),
        lambda: list(store.list(path or "..")),
        lambda: store.clear(path),
    ):
        with pytest.raises(ModelError, match="is not a path within the folder"):
            action()
    assert contents(tmp_path) == {"x"}


def test_a_file_is_created_only_once(tmp_path):
    store = open_store(str(tmp_path))
    store.create("x", b"first")
    with pytest.raises(AlreadyExists, match=f"{tmp_path}/x"):
        store.create("x", b"second")
    assert store.read("x", limit=10) == b"first"


def test_files_and_folders_are_listed_without_what_is_beside_them(tmp_path):
    store = open_store(str(tmp_path / "here"))
    for path in ("a/1", "a/b/2", "ab/3", "4"):
        store.write(path, path.encode())
    open_store(str(tmp_path / "hereafter")).write("5", b"")
    assert {file.path for file in store.list()} == {"a/1", "a/b/2", "ab/3", "4"}
    assert {file.path for file in store.list("a/")} == {"a/1", "a/b/2"}
    assert [(file.path, file.size) for file in store.files("a")] == [("a/1", 3)]
    assert store.folders() == ("a", "ab")
    assert {file.uri for file in store.list("ab")} == {f"{tmp_path}/here/ab/3"}


def test_clearing_a_folder_leaves_its_neighbours_and_takes_leftovers(tmp_path):
    store = open_store(str(tmp_path))
    store.write("staging/1/a/b", b"")
    store.write("staging/11/a", b"")
    (tmp_path / "staging/1/a/c#1").touch()
    store.clear("staging/1/")
    assert contents(tmp_path) == {"staging/11/a"}
    assert not (tmp_path / "staging/1").exists()


def test_a_streamed_file_appears_when_the_block_ends(tmp_path):
    store = open_store(str(tmp_path))
    with store.writer("part") as file:
        for _ in range(3):
            assert file.write(b"x" * 6_000_000) == 6_000_000
        file.close()
        assert not store.exists("part")
        assert not (tmp_path / "part").exists()
    assert (tmp_path / "part").read_bytes() == b"x" * 18_000_000


@pytest.mark.parametrize("size", [10, 20_000_000])
def test_an_exception_in_the_block_leaves_the_file_as_it_was(tmp_path, size):
    store = open_store(str(tmp_path))
    store.write("part", b"before")

    def interrupted():
        with store.writer("part") as file:
            file.write(b"x" * size)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.read("part", limit=10) == b"before"
    assert contents(tmp_path) == {"part"}


def test_killing_a_process_amid_a_stream_leaves_nothing_visible(tmp_path):
    program = (
        "import sys\n"
        "from headrace.storage import open_store\n"
        "with open_store(sys.argv[1]).writer('part') as file:\n"
        "    file.write(b'x' * 40_000_000)\n"
        "    print('written', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "written\n"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    store = open_store(str(tmp_path))
    assert list(store.list()) == []
    assert not store.exists("part")
    with store.writer("part") as file:
        file.write(b"again")
    assert [(file.path, file.size) for file in store.list()] == [("part", 5)]


def test_a_place_below_a_file_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    store = open_store(str(tmp_path / "file" / "below"))
    for action in (
        lambda: store.write("x", b""),
        lambda: store.create("x", b""),
        lambda: store.writer("x").__enter__().write(b"x"),
    ):
        with pytest.raises(RequestError, match=f"Cannot write there: .*{tmp_path}/file/below/x"):
            _flat(action)


def _flat(action):
    """Run an action; put its error on one line, for matching."""
    try:
        action()
    except RequestError as error:
        raise RequestError(" ".join(str(error).split())) from error


def test_a_place_in_use_may_be_read_by_a_copy_of_the_store(tmp_path):
    store = open_store(str(tmp_path), ModelError)
    store.write("x", b"1")
    copy = pickle.loads(pickle.dumps(store))  # noqa: S301  # our own bytes
    assert copy.read("x", limit=1) == b"1"
    assert copy.error is ModelError


def test_an_object_store_that_is_not_there_is_a_transient_error(monkeypatch):
    monkeypatch.setattr("headrace.storage.connect._MAX_RETRIES", 0)
    for name, value in {
        "AWS_ENDPOINT": "http://127.0.0.1:1",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_REGION": "x",
    }.items():
        monkeypatch.setenv(name, value)
    store = open_store("s3://bucket/prefix")
    assert store.local_path("x") is None
    assert store.uri("x") == "s3://bucket/prefix/x"
    for action in (
        lambda: store.read("x", limit=1),
        lambda: store.write("x", b""),
        lambda: store.create("x", b""),
        lambda: list(store.list()),
    ):
        with pytest.raises(TransientError, match=r"(?s)Cannot .*fix:   try again"):
            action()


def test_an_object_store_without_an_account_is_a_bad_request():
    with pytest.raises(RequestError, match=r"Cannot open the object store: .*Account"):
        open_store("az://container/x")


@pytest.mark.parametrize(
    ("said", "place", "error"),
    [
        ("Unable to write: No space left on device (os error 28)", "local", TransientError),
        ("Unable to open file: Permission denied (os error 13)", "local", RequestError),
        ("Connection refused (os error 111)", "remote", TransientError),
        (
            "Server returned non-2xx status code: 400 Bad Request",
            "remote",
            RequestError,
        ),
        ("Server returned non-2xx status code: 429 Too Many Requests", "remote", TransientError),
        ("Server returned non-2xx status code: 503 Service Unavailable", "remote", TransientError),
    ],
)
def test_only_what_may_pass_is_transient(said, place, error):
    with pytest.raises(error), translated("write", "there", place, DataError):
        raise GenericError(said)


def test_a_process_that_imported_the_storage_may_fork(tmp_path):
    program = (
        "import os, sys\n"
        "from headrace.storage import open_store\n"
        "child = os.fork()\n"
        "if child:\n"
        "    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
        "open_store(sys.argv[1]).write('x', b'1')\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, timeout=60)
    assert contents(tmp_path) == {"x"}


def test_a_file_is_read_from_anywhere_in_it(tmp_path):
    store = open_store(str(tmp_path))
    store.write("a/b", bytes(range(100)))
    file = store.reader("a/b")
    assert file.read(3) == bytes([0, 1, 2])
    assert file.seek(-2, 2) == 98
    assert file.read(10) == bytes([98, 99])
    assert file.read() == b""
    assert file.seek(50) == file.tell() == 50
    file.seek(5, 1)
    assert file.read()[0] == 55
    with pytest.raises(DataError, match="There is no such file"):
        store.reader("a/c")


def test_arrow_reads_a_table_through_a_store(tmp_path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pa.table({"x": range(1000)})
    parquet.write_table(table, tmp_path / "x.parquet", row_group_size=100)
    file = pa.PythonFile(open_store(str(tmp_path)).reader("x.parquet"), mode="r")
    assert (
        parquet.ParquetFile(file, pre_buffer=False).read_row_groups([3, 4])["x"][0].as_py() == 300
    )
