"""What a run publishes: manifests of models, datasets and quarantined rows."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING, Any

from headrace.contracts.digests import sha256
from headrace.contracts.manifest import (
    Column,
    FileEntry,
    InputEntry,
    Manifest,
    ModelUse,
    Rows,
    files_digest,
)
from headrace.contracts.references import default_version
from headrace.data.rows import check_rejected
from headrace.errors import DataError
from headrace.storage.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from headrace.beam.graphs.rows import Rejected
    from headrace.beam.parts import Part
    from headrace.runtime.check import Work
    from headrace.storage.inputs import ResolvedInput

__all__ = ["Quarantine", "base_manifest", "part_files", "store_files"]

_log = logging.getLogger(__name__)


def base_manifest(work: Work, kind: str, target_uri: str, **values: Any) -> Manifest:  # noqa: ANN401 - the manifest validates them
    """Return a manifest of a run: what all modes say of it, and ``values`` that only one knows."""
    model = None
    if work.model is not None:
        model = ModelUse(
            uri=work.model.address, digest=work.model.digest, pipeline=work.model.pipeline
        )
    files: tuple[FileEntry, ...] = values.pop("files", ())
    return Manifest.model_validate(
        {
            "kind": kind,
            "uri": target_uri,
            "version": work.version,
            "created": datetime.now(UTC),
            "request_digest": work.digest,
            "digest": files_digest(files),
            "files": files,
            "pipeline": work.request.pipeline,
            "mode": work.request.mode,
            "params": {} if work.params is None else work.params.model_dump(mode="json"),
            "inputs": (_input_entry(work.source),),
            "model": model,
            "versions": _versions(work),
            "labels": work.request.labels,
            "runner": work.request.runner,
            "seconds": round((datetime.now(UTC) - work.started).total_seconds(), 3),
        }
        | values
    )


def _input_entry(source: ResolvedInput) -> InputEntry:
    models: list[ModelUse] = []
    if source.manifest is not None:
        if source.manifest.model is not None:
            models.append(source.manifest.model)
        for entry in source.manifest.inputs:
            models.extend(model for model in entry.models if model not in models)
    return InputEntry(
        uri=source.uri,
        resolved=source.resolved,
        digest=source.digest,
        files=len(source.files),
        size=sum(file.size for file in source.files),
        models=tuple(models),
    )


def _versions(work: Work) -> dict[str, str]:
    """Return the distributions that decide the numbers: ours, and what they require directly."""
    ours = {"headrace", work.plugins.owner(work.request.pipeline).distribution}
    names = set(ours)
    for distribution in ours:
        for requirement in requires(distribution) or ():
            name = requirement.split(";")[0]
            for end in "<>=!~[ (":
                name = name.split(end)[0]
            names.add(name)
    found = {}
    for name in sorted(names):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # of an extra, or of another platform
    return found


def store_files(target: Versions, version_: str, files: dict[str, bytes]) -> tuple[FileEntry, ...]:
    """Write a version's files and return their entries; nothing is published."""
    folder = target.version_path(version_)
    entries = []
    for path, data in sorted(files.items()):
        target.store.write(folder + path, data)
        entries.append(FileEntry(path=path, size=len(data), sha256=sha256(data)))
    return tuple(entries)


def part_files(parts: Collection[Part]) -> tuple[FileEntry, ...]:
    """Return the entries of parts that were written."""
    return tuple(
        FileEntry(path=part.path, size=part.size, sha256=part.sha256, rows=part.rows)
        for part in parts
    )


class Quarantine:
    """The dataset of a run's bad rows: ``<name>.quarantine``, a new version for each run.

    It is published also if the run fails for having too many, so that they can be looked at.

    Parameters
    ----------
    work : Work
    """

    def __init__(self, work: Work) -> None:
        root = work.request.root
        uri = work.target.uri if work.target is not None else f"{root}/datasets/evaluation"
        folder, _, name = uri.rpartition("/")
        if folder.endswith("/models"):
            folder = folder.removesuffix("/models") + "/datasets"
        self._work = work
        self._version = default_version(work.started, work.digest)
        self._versions = Versions(f"{folder}/{name}.quarantine", "dataset")

    @property
    def folder_uri(self) -> str:
        """Where parts are to be written."""
        path = self._versions.version_path(self._version).rstrip("/")
        return self._versions.store.uri(path)

    def publish(self, rejected: Rejected) -> None:
        """Publish the bad rows, if there are any, and refuse too many.

        Raises
        ------
        DataError
            The fraction of bad rows is above the request's ``max_bad``.
        """
        address = ""
        if rejected.parts:
            manifest = base_manifest(
                self._work,
                "dataset",
                self._versions.uri,
                version=self._version,
                files=part_files(rejected.parts),
                rows=Rows(read=rejected.counts.read, written=rejected.counts.rejected),
                rejected_reasons=dict(rejected.counts.reasons),
                columns=_columns(rejected.columns),
            )
            address = self._versions.publish(manifest).address
            _log.info("%s bad rows, see %s", f"{rejected.counts.rejected:,}", address)
        try:
            check_rejected(rejected.counts, self._work.request.max_bad)
        except DataError as error:
            raise DataError(error.what, where=f"bad rows: {address}", fix=error.fix) from error


def _columns(columns: Sequence[tuple[str, str]]) -> tuple[Column, ...]:
    return tuple(Column(name=name, type=type_) for name, type_ in columns)
