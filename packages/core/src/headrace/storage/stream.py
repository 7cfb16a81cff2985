"""A file that is being written, as Python and Arrow know files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from obstore import WritableFile
    from typing_extensions import Buffer

__all__ = ["Stream"]


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
