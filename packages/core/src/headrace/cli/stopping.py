"""SIGTERM ends a run cleanly: nothing is published, exit code 143."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from headrace.errors import Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["stop_on_sigterm"]


@contextmanager
def stop_on_sigterm() -> Iterator[None]:
    """Raise Stopped in the main thread when the process is asked to stop."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Stopped("Stopped by SIGTERM; nothing was published", fix="run the same command again")

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
