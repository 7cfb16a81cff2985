"""Report: how a graph hands its small results to the driver, on any runner: as JSON in staging."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

import apache_beam as beam
from apache_beam.transforms.combiners import ToListCombineFn

from headrace.beam.faults import FAULTS, caught, raise_first
from headrace.storage.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from headrace.beam.runners import Runner

__all__ = ["Outputs", "Report", "Save", "run_pass"]

_REPORT_LIMIT = 256 * 2**20

Outputs = Mapping[str, beam.PCollection]
Report = dict[str, list[Any]]


class _WriteReport(beam.DoFn):  # type: ignore[misc]  # Beam's DoFn is untyped
    def __init__(self, staging_uri: str, name: str, tags: tuple[str, ...]) -> None:
        self._staging_uri = staging_uri
        self._name = name
        self._tags = tags

    def process(self, element: list[tuple[str, Any]]) -> None:
        report: dict[str, list[object]] = {tag: [] for tag in self._tags}
        for tag, record in element:
            report[tag].append(_plain(record))
        data = json.dumps(report).encode()
        open_store(self._staging_uri).write(self._name, data)


def _plain(record: Any) -> object:  # noqa: ANN401 - JSON or a dataclass
    return asdict(record) if is_dataclass(record) and not isinstance(record, type) else record


def _tagged(tag: str) -> beam.PTransform:
    return beam.Map(lambda record, tag: (tag, record), tag)


class _Save(beam.DoFn):  # type: ignore[misc]  # Beam's DoFn is untyped
    def __init__(self, staging_uri: str) -> None:
        self._staging_uri = staging_uri

    def process(self, element: Mapping[str, bytes]) -> Iterator[object]:
        return caught(self._save(element))

    def _save(self, files: Mapping[str, bytes]) -> Iterator[object]:
        store = open_store(self._staging_uri)
        for path, data in files.items():
            store.write(path, data)
            yield {"path": path, "size": len(data)}


class Save(beam.PTransform):  # type: ignore[misc]  # Beam's PTransform is untyped
    """Write each mapping of path to bytes into staging; yields a record a file, and faults."""

    def __init__(self, staging_uri: str) -> None:
        super().__init__()
        self._staging_uri = staging_uri

    def expand(self, files: beam.PCollection) -> beam.pvalue.DoOutputsTuple:
        """Write."""
        return files | beam.ParDo(_Save(self._staging_uri)).with_outputs(FAULTS, main="saved")


def run_pass(
    runner: Runner, staging_uri: str, name: str, build: Callable[[beam.Pipeline], Outputs]
) -> Report:
    """Run one Beam pipeline and return the records of its outputs.

    Parameters
    ----------
    runner : Runner
    staging_uri : str
        Folder that driver and workers can write and read.
    name : str
        Of the pass.
    build : callable
        Builds the graph; its outputs are collections of small JSON records or dataclasses.

    Raises
    ------
    HeadraceError
        The first of the faults that workers reported, with its own type.
    """
    file = f"report-{name}.json"

    def graph(root: beam.Pipeline) -> None:
        outputs = build(root)
        collections = tuple(
            output | f"Tag {tag}" >> _tagged(tag) for tag, output in outputs.items()
        )
        _ = (
            collections
            | "Records" >> beam.Flatten()
            | "Collect" >> beam.CombineGlobally(ToListCombineFn())
            | "Report" >> beam.ParDo(_WriteReport(staging_uri, file, tuple(outputs)))
        )

    runner.run(graph)
    report: Report = json.loads(open_store(staging_uri).read(file, limit=_REPORT_LIMIT))
    raise_first(report.get(FAULTS, []))
    return report
