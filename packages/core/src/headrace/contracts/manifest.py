"""The manifest: the one object that publishes a version, and the result of a run."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from headrace.contracts.digests import digest_of

__all__ = [
    "MANIFEST_FORMAT",
    "SUMS_FOLDER",
    "Column",
    "FileEntry",
    "FittedFile",
    "FittedInput",
    "InputEntry",
    "Manifest",
    "ModelUse",
    "PredictedColumn",
    "Rows",
    "files_digest",
]

MANIFEST_FORMAT: Final = "headrace/manifest/v1"
SUMS_FOLDER: Final = "sums/"
"""Of the files of a model that an update starts from."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class FileEntry(_Part):
    """One file of a version."""

    path: str
    """Relative to the folder of the version's files, with ``/``."""
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


class PredictedColumn(_Part):
    """A column that holds a model's predictions, and whose they are."""

    column: str
    model: ModelUse


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
    """Models that went into it, nearest first."""


class FittedFile(_Part):
    """A file whose rows are in a model."""

    uri: str
    size: Annotated[int, Field(ge=0)]
    """Bytes."""
    tag: str
    """What tells whether it has changed: ``sha256:`` and its digest for a dataset of ours,
    otherwise ``etag:`` and the store's tag, or ``changed:`` and the time of last change."""


class FittedInput(_Part):
    """Rows that a model was fitted on, as they were added: by a training, or by an update."""

    resolved: str
    """As in `InputEntry`."""
    digest: str
    """As in `InputEntry`, of the input as it was added."""
    where: str | None = None
    """Expression that rows had to fulfil to be read."""
    rows: int | None
    """Rows that are fitted, without the holdout; None where files of several inputs were taken out
    at once."""
    sums: str = ""
    """Digest of what the fit knows of these rows; empty once a part of them was taken out."""
    files: tuple[FittedFile, ...]
    """Those that are in the model now."""


class Rows(_Part):
    """Counts of rows, exact."""

    read: int = 0
    written: int = 0
    rejected: int = 0
    """Bad rows, put into quarantine."""
    unlabelled: int = 0
    """Rows without a target, skipped in train and evaluate."""
    trained: int = 0
    """Rows that the model is fitted on; of an update those of its base among them."""
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
    """The model that scored or was evaluated, or that a training has updated."""
    fitted_on: tuple[FittedInput, ...] = ()
    """Of a model that can be updated: all that it is fitted on, by the files."""
    rows: Rows
    rejected_reasons: dict[str, int] = {}
    metrics: dict[str, dict[str, float]] = {}
    """By split (``holdout``, ``cross_validation``, ``input``), then by metric; of
    cross-validation the mean over folds, and as ``<metric>_std`` the standard deviation."""
    columns: tuple[Column, ...] = ()
    """Of a dataset: its columns. Of a model: the columns it needs to score."""
    predictions: tuple[PredictedColumn, ...] | None = None
    """Which of the columns are predictions, and whose; None where an earlier release did not say.
    The model, once trained on them, takes them from no other model (chain lock)."""
    files: tuple[FileEntry, ...] = ()
    folder: Annotated[str, Field(pattern=r"^([0-9a-f]{8})?$")] = ""
    """Where the files lie below the version's folder: what the run that wrote them called its own,
    so that no other run ever writes to it."""
    warnings: tuple[str, ...] = ()
    versions: dict[str, str] = {}
    """Distribution to version: Headrace, the plugin, the libraries that decide the numbers."""
    editable: tuple[str, ...] = ()
    """Distributions of these that were installed from a folder to work on, so that their version
    does not tell what code ran."""
    image: str = ""
    """Container image of the run, by digest, if it was known."""
    where: str | None = None
    """Expression that rows had to fulfil to be read."""
    out_of_fold: bool = False
    """Whether each row was scored by the fold model that never saw it."""
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
