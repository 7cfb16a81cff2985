"""Proof before publish: load a bundle in a fresh process and predict its golden rows there.

Whatever this process holds in memory, and no other would find in the files, so is seen as missing
before anybody relies on it; and files that crash a library's parser end another process than this.
"""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from headrace.contracts.proof import ProofAnswer, ProofRequest
from headrace.errors import ModelError, TransientError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from headrace.contracts.manifest import FileEntry
    from headrace.contracts.proof import Proof
    from headrace.errors import HeadraceError

__all__ = ["PendingProof", "proof_of"]

_log = logging.getLogger(__name__)

_SECONDS: Final = 900
_SHOWN: Final = 2_000

# The same import path means the same plugins, also if this process has changed its own.
_PROGRAM: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); "
    "from headrace.runtime.proving import main; main()"
)


class PendingProof:
    """A fresh process at work; made by `proof_of`."""

    def __init__(self, process: subprocess.Popen[bytes], folder_uri: str) -> None:
        self._process = process
        self._folder_uri = folder_uri
        self._started = time.monotonic()

    def result(self) -> Proof:
        """Wait for the process, and return how the golden rows come out.

        Raises
        ------
        ModelError
            The bundle cannot be loaded, or loading it crashes the process.
        TransientError
            The process was killed, or took too long.
        RuntimeError
            It failed by a bug, ours or a plugin's; the text has its traceback.
        """
        out, err = self._process.communicate()
        code = self._process.returncode
        if code < 0:
            raise _killed(signal.Signals(-code), self._folder_uri)
        if code or not out:
            said = err.decode(errors="replace")[-_SHOWN:]
            raise RuntimeError(f"the fresh process that proves the model failed ({code}):\n{said}")
        answer = ProofAnswer.model_validate_json(out)
        if answer.fault is not None:
            error = answer.fault.error()
            raise type(error)(error.what, error.where or self._folder_uri, error.fix)
        assert answer.proof is not None  # noqa: S101 - the one or the other
        seconds = time.monotonic() - self._started
        _log.info("a fresh process predicted %d golden rows: %.1f s", answer.proof.n_rows, seconds)
        return answer.proof

    def check(self) -> None:
        """Wait for the process, and accept nothing but the same bits.

        Raises
        ------
        ModelError
            A prediction differs; otherwise as `result`.
        """
        proof = self.result()
        if proof.n_differing:
            raise ModelError(
                f"Loaded in a fresh process, the model is another one: {proof.difference}",
                where=self._folder_uri,
                fix="the model's state() and from_state() must restore the same bits",
            )


@contextmanager
def proof_of(
    folder_uri: str, files: Sequence[FileEntry], disabled: Collection[str]
) -> Iterator[PendingProof]:
    """Start the proof of a bundle, to ask for its result within the block.

    However the block is left, by an error or because this process is to stop, the other one is
    gone then.

    Parameters
    ----------
    folder_uri : str
    files : sequence of FileEntry
    disabled : collection of str
        Plugins that are switched off there as well.
    """
    request = ProofRequest(
        folder_uri=folder_uri, files=tuple(files), disabled=frozenset(disabled), seconds=_SECONDS
    )
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", _PROGRAM, json.dumps(sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            assert process.stdin is not None  # noqa: S101 - a pipe was asked for
            with suppress(BrokenPipeError), process.stdin:  # its end is told by `result`
                process.stdin.write(request.model_dump_json().encode())
            process.stdin = None
            yield PendingProof(process, folder_uri)
        finally:
            process.kill()


def _killed(by: signal.Signals, folder_uri: str) -> HeadraceError:
    who = "The fresh process that loads the model again"
    if by is signal.SIGALRM:
        return TransientError(
            f"{who} was not done after {_SECONDS} seconds", folder_uri, "try again"
        )
    if by in {signal.SIGKILL, signal.SIGTERM}:
        return TransientError(
            f"{who} was killed by {by.name}",
            folder_uri,
            "if memory is short, give more of it: the model is in memory twice for a moment",
        )
    return ModelError(
        f"{who} crashed with {by.name}: a library cannot read the files it wrote",
        folder_uri,
        "look whether the library and its version are known for it, or train with other params",
    )
