"""Hash: categories to a fixed number of buckets, without learning them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat
import xxhash
from pydantic import Field

from headrace.contracts.params import Params
from headrace.data.kinds import Kind
from headrace.models.transform import Column, Transform
from headrace.transforms.bucketize import Output
from headrace.transforms.indicators import indicators

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from headrace.models.transform import Json

__all__ = ["FittedHash", "Hash", "HashOptions"]

_NULL: Final = b"\xff"  # no text's UTF-8


class HashOptions(Params):
    """Options of `Hash`."""

    buckets: Annotated[int, Field(ge=2, le=10_000)] = 64
    """Number of buckets."""

    output: Output = "indicators"
    """A column of 0 and 1 for each bucket but the first, or one column of ``codes`` from 0."""


@dataclass(frozen=True, slots=True)
class FittedHash:
    """Bucket of a text: XXH64 of its UTF-8 bytes, modulo ``buckets``."""

    buckets: int
    output: Output

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return indicators as float64, or codes of categories as float32."""
        codes = self._codes(column.values)
        if self.output == "codes":
            values = pa.array(codes.astype(np.float32))
            return (Column(column.name, values, n_categories=self.buckets),)
        return tuple(
            Column(f"{column.name}#{code}", pa.array(indicator))
            for code, indicator in enumerate(indicators(codes, self.buckets - 1), 1)
        )

    def _codes(self, values: pa.Array) -> npt.NDArray[np.int64]:
        if not pat.is_dictionary(values.type):
            values = values.dictionary_encode()  # each different text is hashed once
        texts = values.dictionary.cast(pa.large_string()).cast(pa.large_binary()).to_pylist()
        of_text = [self._bucket(_NULL if text is None else text) for text in texts]
        table = np.array([*of_text, self._bucket(_NULL)], np.int64)
        places = pc.fill_null(values.indices.cast(pa.int64()), len(texts))
        return np.asarray(table[places.to_numpy(zero_copy_only=False)])

    def _bucket(self, text: bytes) -> int:
        return xxhash.xxh64_intdigest(text) % self.buckets

    def state(self) -> Mapping[str, Json]:
        """Return nothing: the options say it all."""
        return {}


class Hash(Transform):
    """No category is unknown: each has its bucket, the same everywhere and for ever.

    Different categories may share a bucket. Null is hashed like a category of its own.
    """

    Options = HashOptions
    options: HashOptions
    accepts = frozenset({Kind.CATEGORY})
    handles_missing = True

    def __init__(self, options: HashOptions) -> None:
        super().__init__(options)
        self.yields_many = options.output == "indicators"
        self.yields_codes = not self.yields_many
        self.yields_codes = not self.yields_many

    def fit(self, learnt: None) -> FittedHash:  # noqa: ARG002 - there is nothing to learn
        """Return the transform; nothing is learnt."""
        return FittedHash(self.options.buckets, self.options.output)

    def restore(self, state: Mapping[str, Json]) -> FittedHash:  # noqa: ARG002 - see fit
        """Return the transform."""
        return FittedHash(self.options.buckets, self.options.output)
