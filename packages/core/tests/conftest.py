from datetime import UTC, datetime, timedelta

import pytest

from headrace.contracts.digests import sha256
from headrace.contracts.manifest import FileEntry, Manifest, Rows, files_digest
from headrace.storage import Versions

START = datetime(2026, 1, 1, tzinfo=UTC)


def _make_manifest(uri, version, *, kind="dataset", request="a", minutes=0, files=None):
    entries = tuple(
        FileEntry(path=path, size=len(data), sha256=sha256(data), rows=1)
        for path, data in (files or {}).items()
    )
    return Manifest(
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


def _publish(uri, version, *, kind="dataset", files=None, **options):
    versions = Versions(str(uri), kind)
    files = files if files is not None else {"part-00000.parquet": b"PAR1"}
    for path, data in files.items():
        versions.store.write(versions.version_path(version) + path, data)
    return versions.publish(_make_manifest(str(uri), version, kind=kind, files=files, **options))


@pytest.fixture
def name(tmp_path):
    return tmp_path / "root" / "datasets" / "flights"


@pytest.fixture
def make_manifest():
    return _make_manifest


@pytest.fixture
def publish():
    return _publish
