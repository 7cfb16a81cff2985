"""Bad input through the real entrypoint: a clear error, its exit code, and nothing published."""

import json
import sys
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv as pv
import pyarrow.parquet as pq
import pytest

from headrace.cli.app import main

PIPELINES = ("linreg", "xgb")
N_ROWS = 60
ALL = ("--set", "holdout=0", "--set", "folds=0")


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Return a function that calls the entrypoint in this process: Beam is imported only once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADRACE_ROOT", str(tmp_path / "root"))

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["headrace", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), printed.out, printed.err)

    return call


@pytest.fixture
def train(call):
    def train(pipeline, *arguments, rows="./rows.parquet", features="x, z"):
        columns = (f"features=[{features}]", "target=y", "key=[id]")
        settings = [argument for setting in columns for argument in ("--set", setting)]
        command = ("train", pipeline, "--input", rows, "--model", "m", "--version", "v1")
        return call(*command, *settings, *arguments)

    return train


@pytest.fixture
def write(tmp_path):
    """Return a function that writes rows, with other columns where it is told so."""

    def write(name="rows.parquet", n_rows=N_ROWS, **columns):
        table = {
            "id": list(range(n_rows)),
            "x": [float(i % 7) for i in range(n_rows)],
            "z": [float(i * i % 11) for i in range(n_rows)],
            "s": ["abc"[i % 3] for i in range(n_rows)],
            "y": [2.0 * (i % 7) - i * i % 11 + 0.1 * (i % 3) for i in range(n_rows)],
        }
        made = pa.table({**table, **columns})
        made = made.select([c for c in made.column_names if made[c].type != pa.null()])
        (pq if name.endswith("parquet") else pv).__dict__[
            "write_table" if name.endswith("parquet") else "write_csv"
        ](made, tmp_path / name)

    return write


@pytest.fixture
def published(tmp_path):
    """Return a function that lists what is published, but for bad rows put aside."""
    return lambda: sorted(
        path.relative_to(tmp_path).as_posix()
        for path in tmp_path.rglob("_manifest.json")
        if ".quarantine" not in path.as_posix()
    )


@pytest.fixture
def refused(published):
    """Return a function that checks how a command ended."""

    def refused(ended, code, what, where="", fix=""):
        assert ended.code == code, ended.err
        assert ended.out == ""
        assert "Traceback" not in ended.err
        message = ended.err[ended.err.index("error: ") :]
        assert what in message
        assert where in message.partition("where:")[2].partition("fix:")[0]
        assert fix in message.partition("fix:")[2]
        assert published() == []

    return refused
