"""Read UBJSON as XGBoost writes it, every length checked against the bytes that are there.

XGBoost trusts lengths in a file as it would its own memory: a wrong one crashes the process. The
format is UBJSON draft 12 (https://ubjson.org) with typed arrays.
"""

from __future__ import annotations

import struct
from typing import Any, Final

import numpy as np

__all__ = ["parse_ubjson"]

_DEPTH: Final = 16
_NUMBERS: Final = {
    b"i": (">b", "i1"),
    b"U": (">B", "u1"),
    b"I": (">h", ">i2"),
    b"l": (">i", ">i4"),
    b"L": (">q", ">i8"),
    b"d": (">f", ">f4"),
    b"D": (">d", ">f8"),
}
_CONSTANTS: Final = {b"Z": None, b"T": True, b"F": False}


def parse_ubjson(data: bytes) -> Any:  # noqa: ANN401 - JSON of any form
    """Return the value of a UBJSON text; typed arrays are arrays of NumPy.

    Raises
    ------
    ValueError
        It is none; the message says why.
    """
    reader = _Reader(data)
    value = reader.value(reader.take(1), _DEPTH)
    if reader.place != len(data):
        raise ValueError(f"it goes on after its end at byte {reader.place}")
    return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0

    def take(self, size: int) -> bytes:
        """Return the next bytes."""
        if not 0 <= size <= len(self._data) - self.place:
            raise ValueError(f"it ends before {size} bytes at byte {self.place}")
        start, self.place = self.place, self.place + size
        return self._data[start : self.place]

    def value(self, marker: bytes, depth: int) -> Any:  # noqa: ANN401 - JSON of any form
        """Return the value that begins with a marker."""
        if not depth:
            raise ValueError(f"it is nested more than {_DEPTH} levels deep")
        if marker in _CONSTANTS:
            return _CONSTANTS[marker]
        if marker in _NUMBERS:
            form = _NUMBERS[marker][0]
            return struct.unpack(form, self.take(struct.calcsize(form)))[0]
        if marker == b"S":
            return self._text()
        if marker == b"[":
            return self._array(depth)
        if marker == b"{":
            return self._object(depth)
        raise ValueError(f"{marker!r} at byte {self.place - 1} begins no value")

    def _length(self) -> int:
        marker = self.take(1)
        if marker not in {b"i", b"U", b"I", b"l", b"L"}:
            raise ValueError(f"{marker!r} at byte {self.place - 1} begins no length")
        return int(self.value(marker, 1))

    def _text(self) -> str:
        return self.take(self._length()).decode("utf-8")

    def _array(self, depth: int) -> Any:  # noqa: ANN401 - an array or a list
        marker = self.take(1)
        if marker == b"$":
            kind = self.take(1)
            if kind not in _NUMBERS or self.take(1) != b"#":
                raise ValueError(f"the array at byte {self.place} has no type or no length")
            dtype = np.dtype(_NUMBERS[kind][1])
            return np.frombuffer(self.take(self._length() * dtype.itemsize), dtype)
        values = []
        if marker == b"#":
            return [self.value(self.take(1), depth - 1) for _ in range(self._length())]
        while marker != b"]":
            values.append(self.value(marker, depth - 1))
            marker = self.take(1)
        return values

    def _object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self._data[self.place : self.place + 1] != b"}":
            name = self._text()
            if name in found:
                raise ValueError(f"an object has {name!r} twice")
            found[name] = self.value(self.take(1), depth - 1)
        self.place += 1
        return found
