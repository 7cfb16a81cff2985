"""Load a bundle from storage: digests first, then parsing, and registered types only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from headrace.contracts.digests import sha256
from headrace.contracts.manifest import SUMS_FOLDER
from headrace.errors import ModelError
from headrace.models.bundle import Bundle
from headrace.storage.store import open_store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headrace.contracts.manifest import FileEntry
    from headrace.models.model import Model
    from headrace.models.transform import Transform
    from headrace.plugins.manager import Plugins

_LIMIT: Final = 8 * 2**30

__all__ = ["bundle_of", "load_bundle", "load_files"]


def load_bundle(folder_uri: str, files: Sequence[FileEntry], plugins: Plugins) -> Bundle:
    """Read, verify and restore a bundle.

    Parameters
    ----------
    folder_uri : str
        Of the version.
    files : sequence of FileEntry
        What the manifest says the bundle holds; sums, which only updates need, are not read.
    plugins : Plugins
        Whose registered types may be loaded.

    Raises
    ------
    ModelError
        A file is missing, has another digest, or is damaged.
    """
    needed = [file for file in files if not file.path.startswith(SUMS_FOLDER)]
    return bundle_of(load_files(folder_uri, needed), plugins)


def bundle_of(files: Mapping[str, bytes], plugins: Plugins) -> Bundle:
    """Restore a bundle of verified files; parameters and errors as for `load_bundle`."""
    return Bundle.from_files(
        files,
        load_model=lambda name: cast("type[Model]", plugins.load_model(name)),
        load_transform=lambda name: cast("type[Transform]", plugins.load_transform(name)),
    )


def load_files(folder_uri: str, files: Sequence[FileEntry]) -> dict[str, bytes]:
    """Read a model's files, by path; parameters and errors as for `load_bundle`."""
    store = open_store(folder_uri, ModelError)
    size = sum(file.size for file in files)
    if size > _LIMIT:
        raise ModelError(
            f"The model's files have {size:,} bytes; at most {_LIMIT:,} are loaded",
            where=store.uri(),
        )
    contents = {}
    for file in files:
        data = store.read(file.path, limit=file.size)
        if len(data) != file.size or sha256(data) != file.sha256:
            raise ModelError(
                f"The model's file '{file.path}' is not the one that was published: its digest is "
                f"{sha256(data)}; wanted {file.sha256}",
                where=store.uri(file.path),
                fix="restore the file from a backup, or use another version of the model",
            )
        contents[file.path] = data
    return contents
