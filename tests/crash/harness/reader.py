"""What a reader sees below a root: names, versions, aliases; every file opened and compared."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import pyarrow.parquet as pq

from headrace.storage import Versions, list_names, open_store

KINDS = {"models": "model", "datasets": "dataset"}


@dataclass(frozen=True)
class Seen:
    """All that is visible below a root, by ``KIND/NAME``."""

    versions: dict[str, dict[str, object]]
    aliases: dict[str, dict[str, str]]


def look(root):
    """Look at everything below a root, as one who trusts nothing.

    Raises
    ------
    AssertionError
        Something is visible that is not whole.
    """
    versions, aliases = {}, {}
    for folder, kind in KINDS.items():
        for name in list_names(str(root), folder):
            found = Versions(f"{root}/{folder}/{name}", kind)
            manifests = {manifest.version: manifest for manifest in found.list()}
            assert set(manifests) == set(found.names())
            for manifest in manifests.values():
                check_files(found, manifest)
            if manifests:
                newest = max(manifests.values(), key=lambda one: (one.created, one.version))
                assert found.resolve("latest") == newest.version
                versions[f"{folder}/{name}"] = manifests
            current = found.aliases.current()
            assert set(current.values()) <= set(manifests)
            if current:
                aliases[f"{folder}/{name}"] = current
    return Seen(versions, aliases)


def check_files(versions, manifest):
    """Open every file of a version; compare bytes, digest and rows with the manifest."""
    folder = files_folder(versions, manifest)
    for file in manifest.files:
        data = versions.store.read(folder + file.path, limit=2**30)
        where = f"{manifest.address}: {file.path}"
        assert len(data) == file.size, where
        assert "sha256:" + hashlib.sha256(data).hexdigest() == file.sha256, where
        if file.path.endswith(".parquet"):
            assert pq.read_table(io.BytesIO(data)).num_rows == file.rows, where


def files_folder(versions, manifest):
    """Return where the files of a version lie, with ``/`` at its end."""
    files_path = getattr(versions, "files_path", None)
    return files_path(manifest) if files_path else versions.version_path(manifest.version)


def strays(root):
    """Return the files below a root that belong to no version and no log."""
    kept = set()
    for folder, kind in KINDS.items():
        for name in list_names(str(root), folder):
            found = Versions(f"{root}/{folder}/{name}", kind)
            for manifest in found.list():
                base = files_folder(found, manifest)
                kept |= {found.store.uri(base + file.path) for file in manifest.files}
                kept.add(found.store.uri(f"versions/{manifest.version}/_manifest.json"))
    return sorted(
        file.uri
        for file in open_store(str(root)).list()
        if file.uri not in kept and "/aliases/" not in file.uri
    )
