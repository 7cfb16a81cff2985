"""A model is published only after a fresh process has loaded it and predicted the same bits."""

import json
import os
import signal
import time

import pytest

from headrace.contracts.digests import sha256
from headrace.contracts.manifest import FileEntry, files_digest
from headrace.runtime import proof as proof_module

PLUGIN = '''
import json, os, signal, sys, time
from typing import Literal

import pyarrow as pa

from headrace import (
    FitResult, ModelError, ModelSpec, PipelineSpec, SupervisedParams, SupervisedPipeline, hookimpl
)


class FickleParams(SupervisedParams):
    """Params."""

    way: str = ""


class FickleModel:
    """Is another one in a process that has not trained it."""

    def __init__(self, way):
        self.way = way

    def predict(self, features):
        is_fresh = "apache_beam" not in sys.modules
        number = 1.5 if self.way == "other" and is_fresh else 1.0
        return pa.array([number] * features.n_rows, pa.float64())

    def state(self):
        return {"way.json": json.dumps(self.way).encode()}

    @classmethod
    def from_state(cls, state):
        way = json.loads(state["way.json"])
        if "apache_beam" not in sys.modules:
            print("what a library prints")
            if way.startswith("SIG"):
                os.kill(os.getpid(), getattr(signal, way))
            if way == "hang":
                with open(os.environ["FICKLE_PID"], "w") as file:
                    file.write(str(os.getpid()))
                time.sleep(60)
            if way == "bug":
                raise AssertionError("a bug of the plugin")
            if way == "exit":
                sys.exit(0)
            if way == "damaged":
                raise ModelError("way.json is damaged", fix="look at it")
        return cls(way)


class FicklePipeline(SupervisedPipeline):
    params_type = FickleParams
    model_name = "fickle"

    def fit(self, shards):
        return FitResult(FickleModel(self.params.way))


@hookimpl
def headrace_register_pipelines():
    return [
        PipelineSpec(
            "fickle",
            "A pipeline.",
            load=f"{__name__}:FicklePipeline",
            params=f"{__name__}:FickleParams",
            adds=("fickle_prediction",),
        )
    ]


@hookimpl
def headrace_register_models():
    return [ModelSpec("fickle", load=f"{__name__}:FickleModel")]
'''


@pytest.fixture
def train(install_plugin, headrace, rows, settings):
    """Return a function that trains a model which fails in a way once it is loaded elsewhere."""
    install_plugin("fickle", PLUGIN)

    def call(way):
        return headrace(
            *("train", "fickle", "--input", rows, "--model", "m", "--version", "v1", *settings),
            *("--set", f"way={way}", "--set", "folds=0"),
        )

    return call


@pytest.mark.parametrize(
    ("way", "code", "message"),
    [
        ("other", 5, "64 of 64 golden rows get another prediction; the first is row 0: got 1.5, "),
        ("damaged", 5, "error: way.json is damaged"),
        ("SIGSEGV", 5, "crashed with SIGSEGV: a library cannot read the files it wrote"),
        ("SIGABRT", 5, "crashed with SIGABRT"),
        ("SIGKILL", 75, "was killed by SIGKILL"),
    ],
)
def test_a_model_that_does_not_load_elsewhere_is_not_published(
    train, root, published, way, code, message
):
    ended = train(way)
    assert ended.code == code, ended.err
    assert message in ended.err
    assert "where: " in ended.err
    assert ended.out == ""
    assert published(root) == []


@pytest.mark.parametrize(
    ("way", "message"), [("bug", "AssertionError: a bug of the plugin"), ("exit", "failed (0)")]
)
def test_a_bug_in_loading_keeps_its_traceback(train, root, published, way, message):
    with pytest.raises(RuntimeError) as caught:
        train(way)
    assert message in str(caught.value)
    assert published(root) == []


def test_a_process_that_hangs_ends_itself_in_time(train, root, published, monkeypatch, tmp_path):
    monkeypatch.setenv("FICKLE_PID", str(tmp_path / "pid"))
    monkeypatch.setattr(proof_module, "_SECONDS", 5)
    ended = train("hang")
    assert ended.code == 75
    assert "was not done after 5 seconds" in ended.err
    assert published(root) == []


def test_what_libraries_print_is_no_answer(train):
    assert train("plain").code == 0


def test_the_fresh_process_goes_with_a_run_that_is_stopped(
    install_plugin, start_headrace, rows, settings, root, tmp_path
):
    install_plugin("fickle", PLUGIN)
    note = tmp_path / "pid"
    process = start_headrace(
        *("train", "fickle", "--input", rows, "--model", "m", "--version", "v1", *settings),
        *("--set", "way=hang", "--set", "folds=0"),
        FICKLE_PID=str(note),
    )
    while not (note.exists() and note.read_text()):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 143, err
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)
    assert not list(root.rglob("_manifest.json"))


def test_verify_names_what_a_library_changed(train, headrace, root):
    assert train("plain").code == 0
    manifest = root / "models/m/versions/v1/_manifest.json"
    good = headrace("models", "verify", "m@v1", "m@latest")
    assert (good.code, good.err.count("error")) == (0, 0)
    assert good.out.splitlines()[0].startswith("good: ")
    assert good.out.splitlines()[0].endswith(", 64 golden rows predicted")
    told = json.loads(manifest.read_text())
    told["versions"]["numpy"] = "1.0"
    told["versions"]["gone"] = "2.0"
    manifest.write_text(json.dumps(told))
    under = headrace("models", "verify", "m@v1")
    assert under.code == 0
    assert "golden rows predicted, under " in under.out
    assert "gone 2.0 -> not installed" in under.out


def test_verify_finds_a_library_that_predicts_otherwise(train, headrace, root, installed):
    assert train("plain").code == 0
    _as_if_a_library_had_changed(root, "other")
    ended = headrace("models", "verify", "m@v1")
    assert ended.code == 5
    assert ended.out == f"damaged: {root}/models/m@v1\n"
    assert "does not predict what it did when it was published: 64 of 64 golden rows" in ended.err
    assert "got 1.5, wanted 1.0; the greatest difference is 0.5" in ended.err
    assert "since then changed: numpy 1.0 -> " in ended.err
    found = json.loads(headrace("models", "verify", "m@v1", "--json").out)[0]
    assert found["proof"]["n_differing"] == 64
    assert found["faults"][0]["type"] == "ModelError"
    assert found["changed"][0]["then"] == "1.0"


def test_verify_tells_every_damaged_file_and_goes_on(train, headrace, root):
    assert train("plain").code == 0
    folder = _files(root)
    (folder / "bundle.json").write_bytes(b"{}")
    (folder / "golden.arrow").unlink()
    ended = headrace("models", "verify", "m@v9", "m@v1")
    assert ended.code == 5
    assert "3 faults" in ended.err
    assert "has no version 'v9'" in ended.err
    assert "'bundle.json' is not the one that was published: it has 2 bytes; wanted " in ended.err
    assert "There is no such file" in ended.err


def test_verify_reads_every_byte_of_a_dataset(headrace, root, publish):
    publish(
        root / "datasets/d",
        "v1",
        files={"part-00000.parquet": b"PAR1", "part-00001.parquet": b"x" * 9_000_000},
    )
    ended = headrace("datasets", "verify", "d@v1")
    assert ended.out == f"good: {root}/datasets/d@v1: 2 files, 9,000,004 bytes\n"
    part = root / "datasets/d/versions/v1/part-00001.parquet"
    part.write_bytes(b"x" * 8_999_999 + b"y")
    ended = headrace("datasets", "verify", "d@v1")
    assert ended.code == 4
    assert (
        "'part-00001.parquet' is not the one that was published: its digest is sha256:" in ended.err
    )


def _files(root):
    """Return the folder that the files of the model lie in."""
    (found,) = root.glob("models/m/versions/v1/**/bundle.json")
    return found.parent


def _as_if_a_library_had_changed(root, way):
    """Give the published model another way to be, as if it had always been its own."""
    folder = root / "models/m/versions/v1"
    data = json.dumps(way).encode()
    (_files(root) / "model/way.json").write_bytes(data)
    told = json.loads((folder / "_manifest.json").read_text())
    for file in told["files"]:
        if file["path"] == "model/way.json":
            file |= {"size": len(data), "sha256": sha256(data)}
    told["digest"] = files_digest(tuple(FileEntry(**file) for file in told["files"]))
    told["versions"]["numpy"] = "1.0"
    (folder / "_manifest.json").write_text(json.dumps(told))
