"""What a run publishes: manifests of models, datasets and quarantined rows."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from headrace.contracts.digests import sha256
from headrace.contracts.manifest import (
    Column,
    FileEntry,
    InputEntry,
    Manifest,
    ModelUse,
    PredictedColumn,
    Rows,
    files_digest,
)
from headrace.contracts.references import default_version
from headrace.data.rows import check_rejected
from headrace.errors import DataError
from headrace.plugins.specs import GraphSpec
from headrace.runtime.chain import carried_on, predictions_of
from headrace.runtime.code import code_of
from headrace.storage.layout import files_path
from headrace.storage.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from headrace.beam.graphs.rows import Rejected
    from headrace.beam.parts import Part
    from headrace.runtime.check import Work
    from headrace.storage.inputs import ResolvedInput

__all__ = ["Quarantine", "base_manifest", "files_uri", "part_files", "store_files"]

_log = logging.getLogger(__name__)


def base_manifest(work: Work, kind: str, target_uri: str, **values: Any) -> Manifest:  # noqa: ANN401 - the manifest validates them
    """Return a manifest of a run: what all modes say of it, and ``values`` that only one knows."""
    model = None
    code = code_of({"headrace", work.plugins.owner(work.request.pipeline).distribution})
    if work.model is not None:
        model = ModelUse(
            uri=work.model.address, digest=work.model.digest, pipeline=work.model.pipeline
        )
    files: tuple[FileEntry, ...] = values.pop("files", ())
    warnings = (*work.warnings, *values.pop("warnings", ()))
    return Manifest.model_validate(
        {
            "kind": kind,
            "uri": target_uri,
            "version": work.version,
            "created": datetime.now(UTC),
            "request_digest": work.digest,
            "digest": files_digest(files),
            "files": files,
            "folder": work.folder if files else "",
            "warnings": warnings,
            "pipeline": work.request.pipeline,
            "mode": work.request.mode,
            "params": {} if work.params is None else work.params.model_dump(mode="json"),
            "inputs": tuple(map(_input_entry, (work.source, *work.inputs.values()))),
            "model": model,
            "predictions": _predictions(work, model, values.get("columns", ())),
            "versions": code.versions,
            "editable": code.editable,
            "image": work.request.image,
            "where": work.request.where,
            "out_of_fold": work.request.out_of_fold,
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


def _predictions(
    work: Work, model: ModelUse | None, columns: Sequence[Column]
) -> tuple[PredictedColumn, ...]:
    """Return which of a version's columns are predictions: of this run, or of what it read."""
    added: list[PredictedColumn] = []
    if work.request.mode == "score" and model is not None:
        name = work.request.prediction or f"{work.request.pipeline}_prediction"
        names = [name, f"{name}_lower", f"{name}_upper"]
        if isinstance(spec := work.plugins.pipeline(work.request.pipeline), GraphSpec):
            names = list(spec.adds)
        added = [PredictedColumn(column=name, model=model) for name in names]
    elif work.request.mode == "train" and work.model is not None:  # which it goes on with
        found = predictions_of(work.model)
        added = [PredictedColumn(column=name, model=use) for name, use in found.items()]
    sources = (work.source, *work.inputs.values())
    return carried_on(sources, added, [column.name for column in columns])


def store_files(work: Work, files: dict[str, bytes]) -> tuple[FileEntry, ...]:
    """Write a version's files and return their entries; nothing is published."""
    assert work.target is not None  # noqa: S101 - of a training
    target, folder = work.target, files_path(work.version, work.folder)
    entries = []
    for path, data in sorted(files.items()):
        target.store.write(folder + path, data)
        entries.append(FileEntry(path=path, size=len(data), sha256=sha256(data)))
    return tuple(entries)


def files_uri(work: Work) -> str:
    """Return where a run writes its version's files."""
    assert work.target is not None  # noqa: S101 - of a training or scoring
    return work.target.store.uri(files_path(work.version, work.folder).rstrip("/"))


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
        path = files_path(self._version, self._work.folder).rstrip("/")
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
