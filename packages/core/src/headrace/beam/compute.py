"""Compute: any statistic over batches, as a distributed reduction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.windowed_value import WindowedValue

from headrace.beam.records import REPORT, caught
from headrace.statistics.statistic import Statistic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Compute"]

AnyStatistic = Statistic[Any, Any, Any]


class _Accumulate(beam.DoFn):  # type: ignore[misc]  # Beam's DoFn is untyped
    """Fold a bundle's elements into one state, so that no batch ever crosses a shuffle."""

    def __init__(self, statistic: AnyStatistic, items: Callable[[Any], Iterable[object]]) -> None:
        self._statistic = statistic
        self._items = items

    def start_bundle(self) -> None:
        self._state = self._statistic.zero()

    def process(self, element: object) -> Iterator[object]:
        return caught(self._add(element))

    def _add(self, element: object) -> Iterator[object]:
        for item in self._items(element):
            self._state = self._statistic.add(self._state, item)
        yield from ()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        window = GlobalWindow()
        yield WindowedValue(self._state, window.max_timestamp(), [window])


class _Merge(beam.CombineFn):  # type: ignore[misc]  # Beam's CombineFn is untyped
    def __init__(self, statistic: AnyStatistic) -> None:
        self._statistic = statistic

    def create_accumulator(self) -> object:
        return self._statistic.zero()

    def add_input(self, accumulator: object, element: object) -> object:
        return self._statistic.merge(accumulator, element)

    def merge_accumulators(self, accumulators: Iterable[object]) -> object:
        merged = self._statistic.zero()
        for accumulator in accumulators:
            merged = self._statistic.merge(merged, accumulator)
        return merged

    def extract_output(self, accumulator: object) -> object:
        return accumulator


class _Finish(beam.DoFn):  # type: ignore[misc]  # Beam's DoFn is untyped
    def __init__(self, about: str, finish: Callable[[Any], object]) -> None:
        self._about = about
        self._finish = finish

    def process(self, element: object) -> Iterator[object]:
        return caught(self._result(element))

    def _result(self, state: object) -> Iterator[object]:
        yield self._about, self._finish(state)


class Compute(beam.PTransform):  # type: ignore[misc]  # Beam's PTransform is untyped
    """Reduce a collection by a statistic to one record; yields it, and reports.

    Parameters
    ----------
    about : str
        What the record is about.
    statistic : Statistic
    items : callable
        Element to what the statistic adds; picklable.
    finish : callable, optional
        What to make of the state in the end; by default the statistic's own ``finish``.
    """

    def __init__(
        self,
        about: str,
        statistic: AnyStatistic,
        items: Callable[[Any], Iterable[object]],
        finish: Callable[[Any], object] | None = None,
    ) -> None:
        super().__init__()
        self._about = about
        self._statistic = statistic
        self._items = items
        self._finish = finish or statistic.finish

    def expand(
        self, elements: beam.PCollection
    ) -> tuple[beam.PCollection, tuple[beam.PCollection, ...]]:
        """Accumulate within bundles, merge between them, finish once."""
        states = elements | "Accumulate" >> beam.ParDo(
            _Accumulate(self._statistic, self._items)
        ).with_outputs(REPORT, main="states")
        results = (
            states.states
            | "Merge" >> beam.CombineGlobally(_Merge(self._statistic)).without_defaults()
            | "Finish"
            >> beam.ParDo(_Finish(self._about, self._finish)).with_outputs(REPORT, main="result")
        )
        return results.result, (states[REPORT], results[REPORT])
