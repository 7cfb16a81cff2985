"""Load a bundle from storage: digests first, then parsing, and registered types only."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from headrace.contracts.digests import sha256
from headrace.errors import ModelError
from headrace.models.bundle import Bundle
from headrace.storage.store import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headrace.contracts.manifest import FileEntry
    from headrace.models.model import Model
    from headrace.models.transform import Transform
    from headrace.plugins.manager import Plugins

__all__ = ["load_bundle"]


def load_bundle(folder_uri: str, files: Sequence[FileEntry], plugins: Plugins) -> Bundle:
    """Read, verify and restore a bundle.

    Parameters
    ----------
    folder_uri : str
        Of the version.
    files : sequence of FileEntry
        What the manifest says the bundle holds.
    plugins : Plugins
        Whose registered types may be loaded.

    Raises
    ------
    ModelError
        A file is missing, has another digest, or is damaged.
    """
    store = open_store(folder_uri, ModelError)
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
    return Bundle.from_files(
        contents,
        load_model=lambda name: cast("type[Model]", plugins.load_model(name)),
        load_transform=lambda name: cast("type[Transform]", plugins.load_transform(name)),
    )
