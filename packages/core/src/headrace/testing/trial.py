"""A trial: one pipeline, run by requests on real files in a folder, as a user runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from headrace.contracts.request import Request
from headrace.models.loading import load_bundle
from headrace.plugins.manager import discover
from headrace.runtime.columns import ReadColumns, columns_with_bundle
from headrace.runtime.run import run
from headrace.storage.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pydantic import JsonValue

    from headrace.contracts.manifest import Manifest
    from headrace.models.bundle import Bundle

__all__ = ["Scored", "Trained", "Trial", "one_batch"]

_FILE_LIMIT: Final = 2**30


@dataclass(frozen=True, slots=True)
class Trained:
    """A model as it was published.

    Parameters
    ----------
    manifest : Manifest
    files : dict of str to bytes
        The bundle's, by path.
    bundle : Bundle
        Loaded from them.
    """

    manifest: Manifest
    files: dict[str, bytes]
    bundle: Bundle

    def good_rows(self, table: pa.Table) -> pa.RecordBatch:
        """Return the rows of a table that scoring does not reject."""
        columns = ReadColumns(table.schema, "the sample data")
        rules = columns_with_bundle(self.bundle, columns, None, labelled=False, keyed=False)
        columns.schema()
        return rules.check(one_batch(table)).good


@dataclass(frozen=True, slots=True)
class Scored:
    """A dataset as it was published, with the rows that were put into quarantine."""

    manifest: Manifest
    table: pa.Table
    quarantine: pa.Table | None


class Trial:
    """Runs of one pipeline.

    Parameters
    ----------
    pipeline : str
    params : mapping of str to JSON value
        Of every training that has no others.
    folder : Path
        Empty; becomes the root of models and datasets.
    """

    def __init__(self, pipeline: str, params: Mapping[str, JsonValue], folder: Path) -> None:
        self.pipeline = pipeline
        self.params = dict(params)
        self.plugins = discover()
        self._folder = folder
        self._inputs = 0
        self._outputs = 0

    def write(self, tables: Sequence[pa.Table], *, row_group_size: int | None = None) -> str:
        """Write tables as Parquet files of one new folder, in order, and return its path."""
        self._inputs += 1
        folder = self._folder / "inputs" / str(self._inputs)
        folder.mkdir(parents=True)
        for index, table in enumerate(tables):
            path = folder / f"part-{index:03}.parquet"
            pq.write_table(table, path, row_group_size=row_group_size)
        return str(folder)

    def training(
        self, input_: str, name: str, params: Mapping[str, JsonValue] | None = None
    ) -> Request:
        """Return the request of a training, with as many bad rows as there are."""
        chosen = dict(self.params if params is None else params)
        return self._request("train", input_=input_, model=name, params=chosen)

    def train(self, table: pa.Table, name: str) -> Trained:
        """Train on a table in one file."""
        return self.published(run(self.training(self.write([table]), name), self.plugins)[0])

    def score(
        self,
        model: Manifest,
        table: pa.Table,
        *,
        out_of_fold: bool = False,
        interval: float | None = None,
    ) -> Scored:
        """Score a table in one file, with as many bad rows as there are."""
        self._outputs += 1
        request = self._request(
            "score",
            input_=self.write([table]),
            model=model.address,
            output=f"scored-{self._outputs}",
            out_of_fold=out_of_fold,
            interval=interval,
        )
        manifest, _ = run(request, self.plugins)
        quarantine = Versions(f"{manifest.uri}.quarantine", "dataset")
        rejected = quarantine.list()  # of this output, and so of this run
        return Scored(
            manifest,
            _dataset(Versions(manifest.uri, "dataset"), manifest),
            _dataset(quarantine, rejected[0]) if rejected else None,
        )

    def published(self, manifest: Manifest) -> Trained:
        """Return a model that was published, loaded again."""
        versions = Versions(manifest.uri, "model")
        path = versions.files_path(manifest)
        files = {
            file.path: versions.store.read(path + file.path, limit=_FILE_LIMIT)
            for file in manifest.files
        }
        folder = versions.files_uri(manifest)
        return Trained(manifest, files, load_bundle(folder, manifest.files, self.plugins))

    def model(self, name: str) -> Trained:
        """Return the one version of a model."""
        versions = Versions(str(self._folder / "root" / "models" / name), "model")
        return self.published(versions.manifest(versions.resolve("latest")))

    def _request(
        self,
        mode: Literal["train", "score"],
        *,
        input_: str,
        model: str,
        **options: object,
    ) -> Request:
        return Request.model_validate(
            {
                "pipeline": self.pipeline,
                "mode": mode,
                "input": input_,
                "root": str(self._folder / "root"),
                "model": model,
                "max_bad": 1.0,
                **options,
            }
        )


def one_batch(table: pa.Table) -> pa.RecordBatch:
    """Return a table as one batch."""
    return pa.RecordBatch.from_arrays(
        [column.combine_chunks() for column in table.columns], schema=table.schema
    )


def _dataset(versions: Versions, manifest: Manifest) -> pa.Table:
    path = versions.files_path(manifest)
    parts = []
    for file in manifest.files:
        data = versions.store.read(path + file.path, limit=_FILE_LIMIT)
        parts.append(pq.read_table(pa.BufferReader(data)))
    return pa.concat_tables(parts)
