"""Tell files that run code when they are loaded."""

from __future__ import annotations

import importlib.util
import io
import pickletools
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import Final

__all__ = ["why_code"]

_SUFFIXES: Final = frozenset(
    {".dill", ".dll", ".dylib", ".joblib", ".pickle", ".pkl", ".pt", ".pth", ".py", ".pyc"}
    | {".pyd", ".so"}
)
_MAGIC: Final = {
    b"\x7fELF": "an ELF library",
    b"MZ": "a Windows library",
    b"\xcf\xfa\xed\xfe": "a macOS library",
    importlib.util.MAGIC_NUMBER: "Python bytecode",
}
_PICKLE_STARTS: Final = tuple(b"\x80" + bytes([protocol]) for protocol in range(2, 6))
_PICKLE_BASE64: Final = (b"gASV", b"gAWV")  # protocols 4 and 5, with their frame
_NUMPY: Final = b"\x93NUMPY"
_NUMPY_HEADER: Final = 512
_OBJECTS: Final = b"'|O'"
_GZIP: Final = b"\x1f\x8b"
_ZLIB_AND_GZIP: Final = zlib.MAX_WBITS | 32
_UNPACKED_LIMIT: Final = 2**26


def why_code(path: str, data: bytes) -> str:
    """Return why a file is taken for code, as the rest of a sentence; empty if it is not.

    Looks into zip archives and compressed streams, which other libraries put pickles into.
    """
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in _SUFFIXES:
        return f"has the ending {suffix}, that of code or pickles"
    if data.startswith(_PICKLE_STARTS) or _is_old_pickle(data):
        return "is a pickle, which runs code when it is loaded"
    if data.startswith(_NUMPY) and _OBJECTS in data[:_NUMPY_HEADER]:
        return "is a NumPy file of Python objects, which are pickled"
    for start, what in _MAGIC.items():
        if data.startswith(start):
            return f"is {what}"
    if any(sign in data for sign in _PICKLE_BASE64):
        return "holds a pickle in base64"
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
        found = [(name, why) for name, content in members if (why := why_code(name, content))]
        return f"is an archive whose {found[0][0]} {found[0][1]}" if found else ""
    why = why_code("", unpacked) if (unpacked := _unpacked(data)) else ""
    return f"is compressed, and unpacked {why}" if why else ""


def _is_old_pickle(data: bytes) -> bool:
    """Return whether a file is a pickle of protocol 0 or 1, which has no header, to its end."""
    try:
        *_, (last, _, position) = pickletools.genops(data)
    except Exception:  # noqa: BLE001 - whatever the parser says, it is no pickle
        return False
    return last.name == "STOP" and position == len(data) - 1


def _unpacked(data: bytes) -> bytes:
    if not data.startswith((_GZIP, b"\x78")):
        return b""
    try:
        return zlib.decompressobj(_ZLIB_AND_GZIP).decompress(data, _UNPACKED_LIMIT)
    except zlib.error:
        return b""
