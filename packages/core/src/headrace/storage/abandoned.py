"""What runs that were killed have left: versions without a manifest, and staging folders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from headrace.contracts.references import is_version
from headrace.storage.layout import STAGING, staging_path, version_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headrace.contracts.manifest import Manifest
    from headrace.storage.holdings import Holding
    from headrace.storage.store import Store

__all__ = ["ABANDONED_AFTER", "Abandoned", "Traces", "find_abandoned", "traces_of"]

ABANDONED_AFTER: Final = timedelta(days=1)
"""A run that has written nothing for so long is taken for dead."""


@dataclass(frozen=True, slots=True)
class Traces:
    """Bytes below some folders, and when the last of them changed; None where there is nothing."""

    size: int
    changed: datetime | None

    def is_live(self, now: datetime) -> bool:
        """Whether a run may still be at work there."""
        return self.changed is not None and now - self.changed < ABANDONED_AFTER


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A folder that nobody will ask for again.

    Parameters
    ----------
    name_uri : str
    path : str
        Within the name's store, with ``/`` at its end.
    traces : Traces
    """

    name_uri: str
    path: str
    traces: Traces


def find_abandoned(holding: Holding, now: datetime) -> tuple[Abandoned, ...]:
    """Return the folders of a name whose runs are dead.

    A run writes to folders of its own below its version and its version's staging. As long as there
    is a young file in any of them, all of the version stay: which are of one run nobody knows.
    """
    store = holding.versions.store
    used = {manifest.version: manifest for manifest in holding.manifests}
    staged = [version for version in store.folders(STAGING) if is_version(version)]
    found = []
    for version in sorted({*used, *holding.unpublished, *staged}):
        folders = [f"{staging_path(version)}{run}/" for run in store.folders(staging_path(version))]
        if version in holding.unpublished:
            folders += _unpublished(store, version)
        elif version in used:
            folders += _unused(store, used[version])
        each = {folder: traces_of(store, [folder]) for folder in folders}
        if not any(traces.is_live(now) for traces in each.values()):
            found += [
                Abandoned(holding.versions.uri, folder, traces) for folder, traces in each.items()
            ]
    return tuple(found)


def _unpublished(store: Store, version: str) -> list[str]:
    """Return the folders of runs, or all of it where files lie right in the version's folder."""
    path = version_path(version)
    runs = [f"{path}{run}/" for run in store.folders(path)]
    local = store.local_path(path.rstrip("/"))
    is_empty = local is not None and not runs
    return [path] if is_empty or any(True for _ in store.files(path)) else runs


def _unused(store: Store, manifest: Manifest) -> list[str]:
    """Return the folders of runs that came too late to publish a version."""
    if not manifest.folder:  # as the first release wrote it; its folders are its own
        return []
    path = version_path(manifest.version)
    return [f"{path}{run}/" for run in store.folders(path) if run != manifest.folder]


def traces_of(store: Store, folders: Iterable[str]) -> Traces:
    """Return what lies in folders, with files that killed processes were still writing."""
    size = 0
    changed: list[datetime] = []
    for folder in folders:
        local = store.local_path(folder.rstrip("/"))
        if local is None:
            for file in store.list(folder):
                size += file.size
                changed.append(file.modified)
            continue
        files = [path for path in local.rglob("*") if path.is_file()] if local.is_dir() else []
        for path in files or ([local] if local.is_dir() else []):
            state = path.stat()
            size += state.st_size if path is not local else 0
            changed.append(datetime.fromtimestamp(state.st_mtime, UTC))
    return Traces(size, max(changed, default=None))
