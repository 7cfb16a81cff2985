import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import invalidate_caches
from pathlib import Path

import pytest

from headrace.contracts.digests import sha256
from headrace.contracts.manifest import FileEntry, Manifest, Rows, files_digest
from headrace.storage import Versions

INSTALLED = Path(__file__).parent / "installed"
MAIN = (sys.executable, "-c", "from headrace.cli.app import main; main()")
START = datetime(2026, 1, 1, tzinfo=UTC)


def _make_manifest(uri, version, *, kind="dataset", request="a", minutes=0, files=None, **fields):
    entries = tuple(
        FileEntry(path=path, size=len(data), sha256=sha256(data), rows=1)
        for path, data in (files or {}).items()
    )
    manifest = Manifest(
        kind=kind,
        uri=uri,
        version=version,
        created=START + timedelta(minutes=minutes),
        request_digest=sha256(request.encode()),
        digest=files_digest(entries),
        pipeline="linreg",
        mode="score" if kind == "dataset" else "train",
        params={"features": ["x"], "deep": {"n": 1.5}},
        inputs=(),
        rows=Rows(read=1, written=1),
        metrics={"holdout": {"rmse": 0.25}},
        files=entries,
        seconds=0.5,
    )
    return manifest.model_copy(update=fields)


def _publish(uri, version, *, kind="dataset", files=None, **options):
    versions = Versions(str(uri), kind)
    files = files if files is not None else {"part-00000.parquet": b"PAR1"}
    manifest = _make_manifest(str(uri), version, kind=kind, files=files, **options)
    for path, data in files.items():
        versions.store.write(versions.files_path(manifest) + path, data)
    return versions.publish(manifest)


@pytest.fixture
def name(tmp_path):
    return tmp_path / "root" / "datasets" / "flights"


@pytest.fixture
def make_manifest():
    return _make_manifest


@pytest.fixture
def publish():
    return _publish


@dataclass(frozen=True)
class Ended:
    """How the entrypoint ended, and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def installed(monkeypatch):
    """Install the pipelines shift and shift_shards, for one test and the processes it starts."""
    monkeypatch.syspath_prepend(INSTALLED)
    monkeypatch.setenv("PYTHONPATH", str(INSTALLED), prepend=os.pathsep)
    return INSTALLED


@pytest.fixture
def install_plugin(tmp_path, monkeypatch):
    """Return a function that installs a plugin whose hooks module has the given text."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)

    def install(name, hooks):
        module = f"{name}_of_{tmp_path.name}"
        (site / f"{module}.py").write_text(hooks)
        info = site / f"headrace_{name}-2.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.4\nName: headrace-{name}\nVersion: 2.0\n"
        )
        (info / "entry_points.txt").write_text(f"[headrace]\n{name} = {module}\n")
        invalidate_caches()

    return install


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Return an empty root, the default of the test's commands; nothing else is configured."""
    for name in [name for name in os.environ if name.startswith("HEADRACE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HEADRACE_ROOT", str(tmp_path / "root"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "root"


@pytest.fixture
def headrace(installed, root, monkeypatch, capsys):
    """Return a function that calls the entrypoint in this process, which imports Beam once."""
    from headrace.cli.app import main  # noqa: PLC0415 - not every test needs it

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["headrace", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), printed.out, printed.err)

    return call


@pytest.fixture(autouse=True, scope="session")
def heed_interrupts():
    """Undo what a shell does to jobs in the background: they and their children ignore SIGINT."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def start_headrace(installed, root):
    """Return a function that starts the entrypoint as a process of its own."""

    def start(*arguments, streams=None, **environment):
        return subprocess.Popen(
            [*MAIN, *map(str, arguments)],
            env=os.environ | environment,
            stdin=streams,
            stdout=streams or subprocess.PIPE,
            stderr=streams or subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def headrace_process(start_headrace):
    """Return a function that runs the entrypoint as a process of its own."""

    def run(*arguments, **environment):
        process = start_headrace(*arguments, **environment)
        out, err = process.communicate(timeout=60)
        return Ended(process.returncode, out, err)

    return run


COLUMNS = ("features=[x, z]", "target=y", "key=[id]")
SETTINGS = [argument for setting in COLUMNS for argument in ("--set", setting)]


@pytest.fixture
def settings():
    """Return the arguments that name the columns of `rows`."""
    return SETTINGS


@pytest.fixture
def rows(tmp_path):
    """Write 300 rows with y = x + z + 3 into two Parquet files; return their folder."""
    import pyarrow as pa  # noqa: PLC0415 - not every test needs it
    import pyarrow.parquet as pq  # noqa: PLC0415

    folder = tmp_path / "rows"
    folder.mkdir()
    for number, start in enumerate((0, 100)):
        ids = range(start, 100 if start == 0 else 300)
        columns = {
            "id": list(ids),
            "x": [float(i % 7) for i in ids],
            "z": [i % 5 for i in ids],
            "s": ["abc"[i % 3] for i in ids],
            "y": [float(i % 7 + i % 5 + 3) for i in ids],
        }
        pq.write_table(pa.table(columns), folder / f"{number}.parquet")
    return folder


def _published(folder):
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("_manifest.json")
        if ".quarantine" not in path.as_posix()
    )


@pytest.fixture
def published():
    """Return a function that lists the manifests below a folder, but for bad rows."""
    return _published
