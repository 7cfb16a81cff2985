"""The folder of one run on this machine: a log and a record for every step, and a lock.

It lies at ``ROOT/runs/FLOW/RUN_KEY``, or under ``./headrace`` where the root is no local folder.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from headrace.contracts.manifest import Manifest
from headrace.contracts.uris import is_remote
from headrace.errors import RequestError
from headrace_orchestration.environment import DEFAULT_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RunFolder", "StepRecord", "runs_folder"]


class StepRecord(BaseModel):
    """That a step was done: from what, and what came of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    format: Literal["headrace/step-record/v1"] = "headrace/step-record/v1"
    fingerprint: str
    """Of the step's arguments, the digests of all it read, and the versions of the code."""
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run."""

    path: Path

    def log(self, step: str) -> Path:
        """Return the file that takes a step's stderr."""
        return self.path / f"{step}.log"

    def read_record(self, step: str) -> StepRecord | None:
        """Return what is recorded of a step; nothing where the record cannot be read."""
        try:
            return StepRecord.model_validate_json(self._record(step).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def write_record(self, step: str, record: StepRecord) -> None:
        """Record that a step is done, in one piece or not at all."""
        draft = self._record(step).with_suffix(".json.draft")
        draft.write_text(record.model_dump_json(), encoding="utf-8")
        draft.replace(self._record(step))

    def _record(self, step: str) -> Path:
        return self.path / f"{step}.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes of this machine from running the same run.

        Raises
        ------
        RequestError
            One is at it, or the folder cannot be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("a+", encoding="utf-8")
        except OSError as error:
            raise RequestError(f"Cannot write the run's folder: {error}", str(self.path)) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise RequestError(
                    f"Run '{self.path.name}' is running already, as process {lock.read().strip()}",
                    where=str(self.path),
                    fix="wait for it, or give this run its own --run-key",
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield


def runs_folder(root: str, flow: str) -> Path:
    """Return the folder that holds the runs of a flow."""
    return Path(DEFAULT_ROOT if is_remote(root) else root) / "runs" / flow
