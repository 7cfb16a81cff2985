"""A stand-in for the entrypoint of a project, ``headrace``.

It takes the same arguments, publishes real manifests through the real storage and prints them, and
gives the same answer for what is done already; but it reads no rows and fits nothing, so that the
runner can be tested in an installation without a single pipeline. The real entrypoint runs the
flow of the flights in the project's end-to-end tests.

A JSON file at ``$STAND_IN_SCRIPT`` says how steps behave, by step: ``fail`` (an exit code) for the
first ``times`` attempts, ``wait_for`` (a file that must appear first), ``stubborn`` (ignore
SIGTERM). Each call adds a line to ``$STAND_IN_CALLS``.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from headrace.contracts.catalog import Catalog, CatalogPipeline, CatalogPlugin
from headrace.contracts.digests import digest_of, sha256
from headrace.contracts.manifest import (
    FileEntry,
    InputEntry,
    Manifest,
    ModelUse,
    Rows,
    files_digest,
)
from headrace.contracts.references import name_uri, parse_reference
from headrace.storage.inputs import resolve_input
from headrace.storage.versions import Versions

MODES = ("train", "score", "evaluate")


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=MODES)
    parser.add_argument("pipeline")
    for name in ("--input", "--model", "--version"):
        parser.add_argument(name, required=True)
    for name in ("--output", "--where", "--keep", "--prediction", "--max-bad"):
        parser.add_argument(name)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--out-of-fold", action="store_true")
    parser.add_argument("--json", action="store_true", required=True)
    return parser.parse_args()


def catalog():
    pipeline = CatalogPipeline(
        summary="does nothing", plugin="none", modes=MODES, params={}, needs=(), adds=()
    )
    return Catalog(
        version=os.environ.get("STAND_IN_VERSION", "1"),
        plugins={"none": CatalogPlugin(distribution="stand-in", version="1")},
        pipelines={"p": pipeline},
        transforms={},
    )


def behave(step):
    calls = Path(os.environ["STAND_IN_CALLS"])
    with calls.open("a") as file:
        file.write(f"{step} {os.getpid()}\n")
    attempt = calls.read_text().split().count(step)
    script = json.loads(Path(os.environ["STAND_IN_SCRIPT"]).read_text())
    told = script.get(step, {})
    if told.get("stubborn"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "wait_for" in told:
        print("waiting", file=sys.stderr, flush=True)  # noqa: T201
        while not Path(told["wait_for"]).exists():
            time.sleep(0.01)
    print(f"running {step}, attempt {attempt}", file=sys.stderr)  # noqa: T201
    if told.get("fail") and attempt <= told.get("times", 1_000):
        print(f"error: {step} was told to fail\n  fix:   tell it not to", file=sys.stderr)  # noqa: T201
        if told["fail"] > 128:
            os.kill(os.getpid(), told["fail"] - 128)
        sys.exit(told["fail"])


def main():
    if sys.argv[1] == "catalog":
        print(catalog().model_dump_json())  # noqa: T201
        return
    given = arguments()
    root = os.environ["HEADRACE_ROOT"]
    kind, uri = ("model", given.model) if given.mode == "train" else ("dataset", given.output)
    behave(uri.rpartition(".")[2])
    read = resolve_input(given.input, root)
    request = digest_of({"argv": sys.argv[1:], "input": read.digest})
    versions = Versions(uri, kind)
    done = versions.find(given.version)
    if done is None:
        data = f"{given.set} {read.digest}".encode()
        path = f"{versions.version_path(given.version)}data"
        versions.store.write(path, data)
        files = (FileEntry(path="data", size=len(data), sha256=sha256(data)),)
        model = None
        if given.mode != "train":
            reference = parse_reference(given.model)
            name = name_uri(reference.name_uri, root=root, kind="models")
            used = Versions(name, "model").manifest(reference.selector)
            model = ModelUse(uri=given.model, digest=used.digest, pipeline=used.pipeline)
        done = versions.publish(
            Manifest(
                kind=kind,
                uri=uri,
                version=given.version,
                created=datetime.now(UTC),
                request_digest=request,
                digest=files_digest(files),
                pipeline=given.pipeline,
                mode=given.mode,
                params={},
                inputs=(
                    InputEntry(
                        uri=given.input, resolved=given.input, digest=read.digest, files=1, size=1
                    ),
                ),
                model=model,
                rows=Rows(read=1234, written=1230 if given.mode == "score" else 0),
                metrics={"holdout": {"rmse": 12.3456}} if given.mode == "train" else {},
                files=files,
                seconds=0.5,
            )
        )
    elif done.request_digest != request:
        print("error: another request is at this version", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    print(done.model_dump_json())  # noqa: T201


if __name__ == "__main__":
    main()
