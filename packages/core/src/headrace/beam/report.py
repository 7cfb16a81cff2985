"""Report: how a graph hands its small results to the driver, on any runner: as JSON in staging."""

from __future__ import annotations

import json
import logging
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

import apache_beam as beam
from apache_beam.transforms.combiners import ToListCombineFn

from headrace.beam.records import REPORT, caught, record
from headrace.errors import HeadraceError, TransientError
from headrace.storage.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from headrace.beam.records import Record
    from headrace.beam.runners import Runner

__all__ = ["Report", "Reports", "Save", "run_pass"]

_log = logging.getLogger(__name__)
_REPORT_LIMIT = 256 * 2**20

Reports = tuple[beam.PCollection, ...]
Report = Mapping[str, list[Any]]


class _WriteReport(beam.DoFn):  # type: ignore[misc]  # Beam's DoFn is untyped
    def __init__(self, staging_uri: str, name: str) -> None:
        self._staging_uri = staging_uri
        self._name = name

    def process(self, element: list[Record]) -> None:
        records = [(about, _plain(value)) for about, value in element]
        try:
            open_store(self._staging_uri).write(self._name, json.dumps(records).encode())
        except HeadraceError as error:  # there is no other way to tell the driver: it misses it
            _log.error("the report cannot be written: %s", error.what)


def _plain(value: Any) -> object:  # noqa: ANN401 - JSON or a dataclass
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


class _Save(beam.DoFn):  # type: ignore[misc]  # Beam's DoFn is untyped
    def __init__(self, staging_uri: str) -> None:
        self._staging_uri = staging_uri

    def process(self, element: tuple[str, Mapping[str, bytes]]) -> Iterator[object]:
        return caught(self._save(*element))

    def _save(self, about: str, files: Mapping[str, bytes]) -> Iterator[object]:
        store = open_store(self._staging_uri)
        for path, data in files.items():
            store.write(path, data)
            yield record(about, path)


class Save(beam.PTransform):  # type: ignore[misc]  # Beam's PTransform is untyped
    """Write each record's files, a mapping of path to bytes, into staging; reports the paths."""

    def __init__(self, staging_uri: str) -> None:
        super().__init__()
        self._staging_uri = staging_uri

    def expand(self, files: beam.PCollection) -> beam.PCollection:
        """Write."""
        return (files | beam.ParDo(_Save(self._staging_uri)).with_outputs(REPORT))[REPORT]


def run_pass(
    runner: Runner, staging_uri: str, name: str, build: Callable[[beam.Pipeline], Reports]
) -> Report:
    """Run one Beam pipeline and return the records of its reports, by what they are about.

    Faults that workers met are among them.

    Parameters
    ----------
    runner : Runner
    staging_uri : str
        Folder that driver and workers can write and read.
    name : str
        Of the pass.
    build : callable
        Builds the graph and returns all reports of its steps.

    Raises
    ------
    TransientError
        The workers could not write the report.
    """
    file = f"report-{name}.json"

    def graph(root: beam.Pipeline) -> None:
        _ = (
            build(root)
            | "Records" >> beam.Flatten()
            | "Collect" >> beam.CombineGlobally(ToListCombineFn()).without_defaults()
            | "Report" >> beam.ParDo(_WriteReport(staging_uri, file))
        )

    started = time.monotonic()
    runner.run(graph)
    _log.info("pass %s: %.1f s", name, time.monotonic() - started)
    store = open_store(staging_uri)
    data = store.find(file, limit=_REPORT_LIMIT)
    if data is None:
        raise TransientError(
            f"Pass '{name}' could not hand over its results; the log says why",
            where=store.uri(file),
            fix="see to the storage, then run the same command again",
        )
    report = defaultdict(list)
    for about, value in json.loads(data):
        report[about].append(value)
    return report
