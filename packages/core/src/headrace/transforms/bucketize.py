"""Bucketize: which of several ranges a number is in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, FiniteFloat, model_validator

from headrace.contracts.params import Params
from headrace.data.kinds import Kind
from headrace.data.numbers import numbers
from headrace.errors import DataError
from headrace.models.transform import Column, Transform
from headrace.statistics.quantiles import Quantiles
from headrace.transforms.indicators import indicators
from headrace.transforms.state import numbers_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.models.transform import Json
    from headrace.statistics.quantiles import QuantilesResult

__all__ = ["Bucketize", "BucketizeOptions", "FittedBucketize", "Output"]

Output = Literal["indicators", "codes"]


class BucketizeOptions(Params):
    """Options of `Bucketize`: the edges, or how many buckets of like many rows there are to be."""

    edges: Annotated[tuple[FiniteFloat, ...], Field(min_length=1, max_length=10_000)] | None = None
    """Ascending numbers; each begins a bucket, and is in it."""

    buckets: Annotated[int, Field(ge=2, le=10_000)] | None = None
    """Number of buckets, whose edges are quantiles of the training rows; equal edges are one."""

    output: Output = "indicators"
    """A column of 0 and 1 for each bucket but the first, or one column of ``codes`` from 0."""

    @model_validator(mode="after")
    def _check_edges(self) -> Self:
        if (self.edges is None) == (self.buckets is None):
            raise ValueError("wanted either edges or buckets")
        if self.edges is not None and not _is_ascending(self.edges):
            raise ValueError("edges are not ascending")
        return self


@dataclass(frozen=True, slots=True)
class FittedBucketize:
    """Bucket 0 is below the first of ``edges``; bucket k begins with the k-th."""

    edges: tuple[float, ...]
    output: Output

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return indicators as float64, or codes as float32; NaN where missing."""
        values = numbers(column.values).astype(np.float64, copy=False)
        codes = np.searchsorted(self.edges, values, side="right").astype(np.float32)
        is_missing = np.isnan(values)
        if self.output == "codes":
            codes[is_missing] = np.nan
            return (Column(column.name, pa.array(codes)),)
        columns = indicators(codes, len(self.edges))
        if is_missing.any():
            columns[:, is_missing] = np.nan
        return tuple(
            Column(f"{column.name} {self._said(code)}", pa.array(indicator))
            for code, indicator in enumerate(columns, 1)
        )

    def _said(self, code: int) -> str:
        upto = f" to {self.edges[code]!r}" if code < len(self.edges) else ""
        return f"from {self.edges[code - 1]!r}{upto}"

    def state(self) -> Mapping[str, Json]:
        """Return the edges."""
        return {"edges": list(self.edges)}


class Bucketize(Transform):
    """Null and NaN stay missing, in every column; infinities make bad rows.

    Values beyond those of the training rows are in the first or the last bucket. Codes are
    numbers in the buckets' order, not categories.
    """

    Options = BucketizeOptions
    options: BucketizeOptions
    accepts = frozenset({Kind.NUMBER})

    def __init__(self, options: BucketizeOptions) -> None:
        super().__init__(options)
        self.yields_many = options.output == "indicators"

    def statistic(self) -> Quantiles | None:
        """Return the quantiles, where they are to be the edges."""
        return None if self.options.buckets is None else Quantiles()

    def fit(self, learnt: QuantilesResult | None) -> FittedBucketize:
        """Return the fitted transform."""
        if learnt is None or self.options.buckets is None:
            return FittedBucketize(self.options.edges or (), self.options.output)
        if learnt.n == 0:
            raise DataError(
                "All training rows lack the column's value, so it has no quantiles",
                fix="leave the feature out, or name edges",
            )
        n = self.options.buckets
        edges = {learnt.at(index / n) for index in range(1, n)}
        kept = sorted(edge for edge in edges if edge > learnt.minimum)  # no training row is below
        return FittedBucketize(tuple(kept), self.options.output)

    def restore(self, state: Mapping[str, Json]) -> FittedBucketize:
        """Return the fitted transform of a state."""
        edges = numbers_in(state, "edges")
        if not _is_ascending(edges):
            raise ValueError("the edges of bucketize are not ascending")
        return FittedBucketize(edges, self.options.output)


def _is_ascending(edges: tuple[float, ...]) -> bool:
    return all(low < high for low, high in pairwise(edges))
