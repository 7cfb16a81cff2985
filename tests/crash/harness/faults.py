"""Dies at a chosen call to the storage, by wrapping the storage library in the process at hand.

The code under test knows nothing of it: the functions of obstore, its writers and what else changes
files are replaced by ones that count their calls, note them, and kill the process before or after
the one that is wanted.
"""

from __future__ import annotations

import collections
import itertools
import json
import os
import re
import shutil
import threading
import time
from pathlib import Path

import obstore

CHANCE = re.compile(r"\b[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}\b|\b[0-9a-f]{8}\b|#[0-9]+")
CALLS = ("put", "get", "head", "list", "list_with_delimiter", "delete")


class Recorder:
    """Counts calls, writes each to a file, and kills at one.

    Parameters
    ----------
    log : Path
        Gets a line for each moment: name of the call, its path without what differs from run to
        run, how many such calls came before, and before or after. Of a run that is to die, only
        the moment of its death.
    at : tuple of str, str and int, optional
        The call that kills: name, path and number.
    when : {"before", "after"}
    signal : int, optional
        What kills.
    until : str, optional
        File whose appearance is waited for instead of dying.
    """

    def __init__(self, log, at, when, signal, until):
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._at, self._when, self._signal, self._until = at, when, signal, until
        self._numbers = collections.defaultdict(itertools.count)

    def around(self, name, path, call):
        """Make a call, unless it is never come to."""
        path = CHANCE.sub("*", f"{path}/".partition("/root/")[2].rstrip("/"))
        moment = [name, path, next(self._numbers[name, path])]
        self._moment(moment, "before")
        result = call()
        self._moment(moment, "after")
        return result

    def _moment(self, moment, when):
        is_last = (moment, when) == (self._at, self._when)
        if is_last or self._at is None:
            os.write(self._log, (json.dumps([*moment, when]) + "\n").encode())
        if is_last and self._until is not None:
            while not Path(self._until).exists():
                time.sleep(0.01)
        elif is_last:
            os.kill(os.getpid(), self._signal)


class _Writer:
    """A writer of the storage library whose every step is a moment."""

    def __init__(self, recorder, path, file):
        self._recorder, self._path, self._file = recorder, path, file

    def write(self, data):
        return self._recorder.around("write", self._path, lambda: self._file.write(data))

    def close(self):
        return self._recorder.around("close", self._path, self._file.close)

    def __exit__(self, *error):
        return self._recorder.around("abort", self._path, lambda: self._file.__exit__(*error))


def install(log, at=None, when="before", signal=None, until=None):
    """Wrap all that reads or changes storage in this process."""
    recorder = Recorder(Path(log), at, when, signal, until)

    def wrap(owner, name):
        original = getattr(owner, name)

        def wrapped(*arguments, **options):
            path = options.get("prefix") or (arguments[1] if len(arguments) > 1 else "")
            label = "create" if options.get("mode") == "create" else name
            return recorder.around(label, str(path), lambda: original(*arguments, **options))

        setattr(owner, name, wrapped)

    for name in CALLS:
        wrap(obstore, name)
    open_writer, rmtree, fsync, link = obstore.open_writer, shutil.rmtree, os.fsync, os.link

    def open_wrapped(handle, path, **options):
        make = lambda: open_writer(handle, path, **options)  # noqa: E731
        return _Writer(recorder, path, recorder.around("open", path, make))

    def rmtree_wrapped(path, *arguments, **options):
        if "/staging/" not in str(path) and "/versions/" not in str(path):
            return rmtree(path, *arguments, **options)  # a temporary folder of a library
        return recorder.around("clear", str(path), lambda: rmtree(path, *arguments, **options))

    def fsync_wrapped(file):
        path = Path(f"/proc/self/fd/{file}").readlink()
        return recorder.around("sync", str(path), lambda: fsync(file))

    def link_wrapped(source, target, **options):
        make = lambda: link(source, target, **options)  # noqa: E731
        return recorder.around("create", str(target), make)

    obstore.open_writer, shutil.rmtree = open_wrapped, rmtree_wrapped
    os.fsync, os.link = fsync_wrapped, link_wrapped
    assert threading.active_count() == 1, "threads were started before the fork"
