"""Digests of JSON values; light, imports nothing heavy."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["canonical_json", "digest_of", "sha256"]


def canonical_json(value: object) -> bytes:
    """Return one JSON text for one value: keys sorted, no spaces, UTF-8, no NaN.

    Raises
    ------
    ValueError
        A float is not finite.
    TypeError
        The value is not made of JSON types.
    """
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def sha256(data: bytes) -> str:
    """Return the digest of bytes in the form ``sha256:<64 hexadecimal digits>``."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_of(value: Mapping[str, object]) -> str:
    """Return the digest of a JSON object, the same for any order of its keys."""
    return sha256(canonical_json(value))
