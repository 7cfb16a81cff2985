"""SIGTERM and Ctrl-C end a run cleanly: nothing is published, exit codes 143 and 130."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from headrace.errors import Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["stop_on_signals"]


class _Terminated(BaseException):
    """SIGTERM came; no ``except Exception`` on the way out takes it for its own trouble."""


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """Leave the block when the process is asked to stop.

    Raises
    ------
    Stopped
        On SIGTERM.
    KeyboardInterrupt
        On Ctrl-C.
    """

    def terminate(_signal: int, _frame: FrameType | None) -> None:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    except _Terminated:
        raise Stopped(
            "Stopped by SIGTERM; nothing was published", fix="run the same command again"
        ) from None
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; nothing was published\n")
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
