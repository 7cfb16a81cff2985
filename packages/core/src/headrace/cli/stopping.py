"""SIGTERM and Ctrl-C end a run cleanly, with exit codes 143 and 130.

The signal may come while a version is being published or just after, so nobody can say for sure
that it is not; but it is whole, or not there at all.
"""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

from headrace.errors import Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["stop_on_signals"]


_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_SAID: Final = "nothing is left half-published"
_GRACE: Final = 20.0
"""Seconds in which a run puts away what is its own; Kubernetes kills after 30."""
_FIX: Final = "run the same command again: it knows what is done"


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
    watches: list[threading.Timer] = []

    def stop(signal_: int, _frame: FrameType | None) -> None:
        # Workers go on for a moment, and miss what is put away.
        sys.stderr = io.StringIO()
        logging.disable()
        if not watches:
            watches.append(threading.Timer(_GRACE, _give_up, (stderr, signal_)))
            watches[0].daemon = True
            watches[0].start()
        raise _Terminated if signal_ == signal.SIGTERM else KeyboardInterrupt

    heeded = [one for one in _SIGNALS if signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, stop) for one in heeded}
    try:
        yield
    except _Terminated:
        sys.stderr = stderr
        raise Stopped(f"Stopped by SIGTERM; {_SAID}", fix=_FIX) from None
    except KeyboardInterrupt:
        sys.stderr = stderr
        sys.stderr.write(f"interrupted; {_SAID}\n")
        raise
    finally:
        for watch in watches:
            watch.cancel()
        logging.disable(logging.NOTSET)
        for one, handler in before.items():
            signal.signal(one, handler)


def _give_up(stderr: TextIO, signal_: int) -> None:
    """End the process, because Beam, interrupted at a bad moment, waits for itself."""
    stderr.write(f"error: Stopped by {signal.Signals(signal_).name}; {_SAID}\n  fix:   {_FIX}\n")
    stderr.flush()
    os._exit(128 + signal_)
