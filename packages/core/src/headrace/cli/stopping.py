"""SIGTERM and Ctrl-C end a run cleanly: nothing is published, exit codes 143 and 130."""

from __future__ import annotations

import io
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from headrace.errors import Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["stop_on_signals"]


_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


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
    stderr = sys.stderr

    def stop(signal_: int, _frame: FrameType | None) -> None:
        sys.stderr = io.StringIO()  # workers go on for a moment, and miss what is put away
        raise _Terminated if signal_ == signal.SIGTERM else KeyboardInterrupt

    heeded = [one for one in _SIGNALS if signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, stop) for one in heeded}
    try:
        yield
    except _Terminated:
        sys.stderr = stderr
        raise Stopped(
            "Stopped by SIGTERM; nothing was published", fix="run the same command again"
        ) from None
    except KeyboardInterrupt:
        sys.stderr = stderr
        sys.stderr.write("interrupted; nothing was published\n")
        raise
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
