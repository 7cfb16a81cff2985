"""Kinds of columns, as far as pipelines care about Arrow's types."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import pyarrow.types as pat

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Kind", "kind_of"]


class Kind(StrEnum):
    """What a column holds for a model."""

    NUMBER = "number"
    CATEGORY = "category"
    TIMESTAMP = "timestamp"
    OTHER = "other"


def kind_of(type_: pa.DataType) -> Kind:
    """Return the kind of a type: booleans are numbers, strings are categories."""
    if pat.is_dictionary(type_):
        return kind_of(type_.value_type)
    if pat.is_integer(type_) or pat.is_floating(type_) or pat.is_boolean(type_):
        return Kind.NUMBER
    if pat.is_string(type_) or pat.is_large_string(type_) or pat.is_string_view(type_):
        return Kind.CATEGORY
    if pat.is_timestamp(type_) or pat.is_date(type_):
        return Kind.TIMESTAMP
    return Kind.OTHER
