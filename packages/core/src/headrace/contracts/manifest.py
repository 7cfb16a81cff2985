"""The manifest: the one object that publishes a version, and the result of a run."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from headrace.contracts.digests import digest_of

__all__ = [
    "MANIFEST_FORMAT",
    "Column",
    "FileEntry",
    "InputEntry",
    "Manifest",
    "ModelUse",
    "Rows",
    "files_digest",
]

MANIFEST_FORMAT: Final = "headrace/manifest/v1"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class FileEntry(_Part):
    """One file of a version."""

    path: str
    """Relative to the version's folder, with ``/``."""
    size: Annotated[int, Field(ge=0)]
    """Bytes."""
    sha256: str
    """Digest in the form ``sha256:<hexadecimal>``."""
    rows: int | None = None
    """Rows, for a part of a dataset."""


class Column(_Part):
    """One column of a dataset, or one a model needs."""

    name: str
    type: str
    """Arrow's name of the type, such as ``double`` or ``string``."""


class ModelUse(_Part):
    """A model that was used, by address and by content."""

    uri: str
    """``NAME_URI@VERSION``."""
    digest: str
    """Digest of the bundle's files."""
    pipeline: str
    """Name of the pipeline that made it."""


class InputEntry(_Part):
    """What was read, as it was asked for and as it was found."""

    uri: str
    """As requested."""
    resolved: str
    """``NAME_URI@VERSION`` for a dataset of ours, otherwise the same as ``uri``."""
    digest: str
    """Of the dataset's manifest, or of the names, sizes, tags and times of foreign files."""
    files: int
    size: int
    """Bytes of all files."""
    models: tuple[ModelUse, ...] = ()
    """Models whose predictions are among the columns, nearest first."""


class Rows(_Part):
    """Counts of rows, exact."""

    read: int = 0
    written: int = 0
    rejected: int = 0
    """Bad rows, put into quarantine."""
    unlabelled: int = 0
    """Rows without a target, skipped in train and evaluate."""
    trained: int = 0
    holdout: int = 0


class Manifest(_Part):
    """One published version of a model or dataset, and how it came to be."""

    format: Literal["headrace/manifest/v1"] = MANIFEST_FORMAT
    kind: Literal["model", "dataset"]
    uri: str
    """NAME_URI, without the version."""
    version: str
    created: datetime
    request_digest: str
    """Of pipeline, mode, params, inputs, model and plugin versions: the same means already done."""
    digest: str
    """Of the files' paths and digests: what a model or dataset is, wherever it lies."""
    pipeline: str
    mode: Literal["train", "score", "evaluate"]
    params: dict[str, JsonValue]
    inputs: tuple[InputEntry, ...]
    model: ModelUse | None = None
    """The model that scored or was evaluated."""
    rows: Rows
    rejected_reasons: dict[str, int] = {}
    metrics: dict[str, dict[str, float]] = {}
    """By split (``holdout``, ``input``), then by metric."""
    columns: tuple[Column, ...] = ()
    """Of a dataset: its columns. Of a model: the columns it needs to score."""
    files: tuple[FileEntry, ...] = ()
    warnings: tuple[str, ...] = ()
    versions: dict[str, str] = {}
    """Distribution to version: Headrace, the plugin, the libraries that decide the numbers."""
    labels: dict[str, str] = {}
    """Owner, contact and cost labels of the project."""
    runner: str = "in-process"
    seconds: float
    """Wall time of the run."""

    @property
    def address(self) -> str:
        """``NAME_URI@VERSION``."""
        return f"{self.uri}@{self.version}"


def files_digest(files: tuple[FileEntry, ...]) -> str:
    """Return the digest of what a version holds: its files' paths and digests, in any order."""
    return digest_of({file.path: file.sha256 for file in files})
