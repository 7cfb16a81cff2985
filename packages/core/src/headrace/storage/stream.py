"""Files that are being written or read, as Python and Arrow know files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from obstore import WritableFile
    from typing_extensions import Buffer

__all__ = ["Reader", "Stream"]


class Stream(io.RawIOBase):
    """Passes bytes on to the library's writer; to close it neither publishes nor discards them.

    Parameters
    ----------
    file : WritableFile
        The library's writer.
    translated : callable
        Returns a context in which the library's errors become ours.
    """

    def __init__(
        self, file: WritableFile, translated: Callable[[], AbstractContextManager[None]]
    ) -> None:
        super().__init__()
        self._file = file
        self._translated = translated

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Buffer, /) -> int:
        """Write all of the bytes, and return their number."""
        with self._translated(), memoryview(data) as view:
            return self._file.write(view.cast("B"))  # Arrow's buffers are of signed bytes


class Reader(io.RawIOBase):
    """Reads ranges of a file, each by one request; whoever reads little by little buffers.

    Parameters
    ----------
    read_range : callable
        Returns the bytes from one place to another.
    size : int
        Bytes of the file.
    """

    def __init__(self, read_range: Callable[[int, int], bytes], size: int) -> None:
        super().__init__()
        self._read_range = read_range
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place, and return it."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        """Return so many bytes, or all that are left."""
        end = self._size if size is None or size < 0 else min(self._at + size, self._size)
        if end <= self._at:
            return b""
        data = self._read_range(self._at, end)
        self._at = end
        return data
