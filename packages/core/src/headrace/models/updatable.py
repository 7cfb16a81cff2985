"""A fit that later runs can go on with: its states are kept, added to and taken from."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from headrace.contracts.digests import digest_of, sha256
from headrace.contracts.manifest import SUMS_FOLDER
from headrace.models.folded_fit import FoldedFit
from headrace.models.loading import load_files
from headrace.models.model import Model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.contracts.manifest import FileEntry

__all__ = ["BaseSums", "UpdatableFit", "sums_digest"]

State = TypeVar("State")
FittedModel = TypeVar("FittedModel", bound=Model)


class UpdatableFit(FoldedFit[State, FittedModel]):
    """A fit whose states can be written, and rows be taken out of them exactly.

    A pipeline whose statistic is one, and whose params are `UpdatableParams`, can update models.
    """

    @abstractmethod
    def subtract(self, left: State, right: State) -> State:
        """Return the state of the rows of ``left`` without those of ``right``; changes neither.

        Raises
        ------
        DataError
            The rows of ``right`` cannot all be among those of ``left``.
        """

    @abstractmethod
    def dump(self, states: Mapping[int, State]) -> dict[str, bytes]:
        """Return states by fold as files in an open format.

        States of the same rows are the same bytes, whatever way they were made. A fold whose rows
        were all taken out again is as if it had never been.
        """

    @abstractmethod
    def load(self, files: Mapping[str, bytes]) -> dict[int, State]:
        """Return the states of files.

        Raises
        ------
        ModelError
            A file is missing or damaged.
        """


@dataclass(frozen=True)
class BaseSums:
    """The sums of a model that is being updated; read where they are needed, in a worker.

    Parameters
    ----------
    folder_uri : str
        Of the version.
    files : tuple of FileEntry
        Those of the sums.
    remove : bool
        Whether rows are taken out.
    """

    folder_uri: str
    files: tuple[FileEntry, ...]
    remove: bool

    def updated(
        self, fit: UpdatableFit[Any, Any], states: Mapping[int, Any]
    ) -> dict[int, Any]:  # states are the fit's own
        """Return the model's states with those of new rows added, or taken out.

        Raises
        ------
        ModelError
            The sums are missing or damaged.
        DataError
            The rows are not among those of the model.
        """
        files = load_files(self.folder_uri, self.files)
        kept = fit.load({path.removeprefix(SUMS_FOLDER): data for path, data in files.items()})
        change = fit.subtract if self.remove else fit.merge
        for fold, state in states.items():
            kept[fold] = change(kept[fold] if fold in kept else fit.zero(), state)
        return kept


def sums_digest(files: Mapping[str, bytes]) -> str:
    """Return the digest of states that were written."""
    return digest_of({path: sha256(data) for path, data in files.items()})
