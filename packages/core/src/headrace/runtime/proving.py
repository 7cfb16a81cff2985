"""What a fresh process does to prove a bundle; imports no Beam, and of plugins what it needs.

It reads a `ProofRequest` from the standard input and writes a `ProofAnswer` to the standard output.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from headrace.contracts.proof import Fault, ProofAnswer, ProofRequest
from headrace.errors import HeadraceError, ModelError
from headrace.models.golden import GOLDEN_FILE, repeat_golden
from headrace.models.loading import bundle_of, load_files
from headrace.plugins.manager import discover

if TYPE_CHECKING:
    from headrace.contracts.proof import Proof
    from headrace.models.bundle import Bundle

__all__ = ["main"]


def main() -> None:
    """Answer the one request."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries print where answers belong
    request = ProofRequest.model_validate_json(sys.stdin.buffer.read())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to heed
    signal.alarm(request.seconds)
    try:
        answer = ProofAnswer(proof=_prove(request))
    except HeadraceError as error:
        answer = ProofAnswer(fault=Fault.of(error))
    answers.write(answer.model_dump_json().encode())
    answers.flush()
    os._exit(0)  # libraries' threads and destructors have nothing to add


def _prove(request: ProofRequest) -> Proof:
    files = load_files(request.folder_uri, request.files)
    if GOLDEN_FILE not in files:
        raise ModelError(f"The model has no {GOLDEN_FILE}, so nothing proves it")
    bundle: Bundle = bundle_of(files, discover(request.disabled))
    return repeat_golden(bundle, files[GOLDEN_FILE])
