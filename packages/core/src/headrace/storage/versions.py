"""The versions of one name: immutable folders, each published by its manifest and nothing else.

A folder without a manifest is a run that is under way or was killed; no reader sees it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Literal

from pydantic import ValidationError

from headrace.contracts.json_text import parse_json
from headrace.contracts.manifest import MANIFEST_FORMAT, Manifest, files_digest
from headrace.contracts.references import LATEST, is_alias, is_version
from headrace.errors import DataError, HeadraceError, ModelError, RequestError
from headrace.plugins.suggest import suggestion
from headrace.storage.aliases import Aliases
from headrace.storage.damage import damage_of, other_format
from headrace.storage.layout import (
    VERSIONS,
    files_path,
    is_file_of_version,
    manifest_path,
    staging_path,
    version_path,
)
from headrace.storage.store import AlreadyExists, open_store

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from headrace.storage.store import Store

__all__ = ["MANIFEST_LIMIT", "Versions"]

MANIFEST_LIMIT: Final = 64 * 2**20
"""Bytes of the greatest manifest that is read: some 300,000 files."""

_READERS: Final = 16
_SHOWN: Final = 8
_ERRORS: Final[dict[str, type[HeadraceError]]] = {"model": ModelError, "dataset": DataError}


class Versions:
    """The versions of one model or dataset.

    Whatever is missing or damaged raises ModelError or DataError, by the kind.

    Parameters
    ----------
    name_uri : str
        Path or URI; `headrace.contracts.references.name_uri` makes one of a bare name.
    kind : {"model", "dataset"}

    Attributes
    ----------
    store : Store
        Of the name; `version_path` and `staging_path` are folders in it.
    aliases : Aliases
    """

    def __init__(self, name_uri: str, kind: Literal["model", "dataset"]) -> None:
        self.kind = kind
        self.store: Store = open_store(name_uri, _ERRORS[kind])
        self.aliases = Aliases(self.store)

    @property
    def uri(self) -> str:
        """NAME_URI, absolute."""
        return self.store.uri()

    def version_path(self, version: str) -> str:
        """Return a version's folder within the store, with ``/`` at its end."""
        return version_path(version)

    def files_path(self, manifest: Manifest) -> str:
        """Return the folder of a version's files within the store, with ``/`` at its end."""
        return files_path(manifest.version, manifest.folder)

    def files_uri(self, manifest: Manifest) -> str:
        """Return the address of the folder of a version's files."""
        return self.store.uri(self.files_path(manifest).rstrip("/"))

    def staging_path(self, version: str) -> str:
        """Return the folder of files that are never part of the version, with ``/`` at its end."""
        return staging_path(version)

    def clear_staging(self, version: str) -> None:
        """Delete a version's staging folder."""
        self.store.clear(staging_path(version))

    def names(self) -> tuple[str, ...]:
        """Return the names of the published versions, sorted by name."""
        folders = [name for name in self.store.folders(VERSIONS) if is_version(name)]
        with ThreadPoolExecutor(_READERS) as pool:
            is_published = pool.map(lambda name: self.store.exists(manifest_path(name)), folders)
            return tuple(
                name for name, is_there in zip(folders, is_published, strict=True) if is_there
            )

    def list(self) -> tuple[Manifest, ...]:
        """Return the manifests of the published versions, newest first."""
        folders = [name for name in self.store.folders(VERSIONS) if is_version(name)]
        with ThreadPoolExecutor(_READERS) as pool:
            found = [manifest for manifest in pool.map(self.find, folders) if manifest]
        found.sort(key=lambda manifest: (manifest.created, manifest.version), reverse=True)
        return tuple(found)

    def resolve(self, selector: str | None) -> str:
        """Return the published version that a version, an alias or ``latest`` means now.

        Raises
        ------
        RequestError
            There is no selector, or it can be no version or alias.
        ModelError, DataError
            Nothing is published by that name.
        """
        if selector is None:
            raise RequestError(
                f"'{self.uri}' says no version",
                fix=f"add a version or an alias: {self.uri}@{LATEST}",
            )
        if selector == LATEST:
            manifests = self.list()
            if not manifests:
                raise self._unpublished()
            return manifests[0].version
        if is_version(selector):
            if self.store.exists(manifest_path(selector)):
                return selector
            raise self._unknown("version", selector, self.names())
        if not is_alias(selector):
            raise RequestError(f"{selector!r} is neither a version nor an alias", where=self.uri)
        aliases = self.aliases.current()
        if selector not in aliases:
            raise self._unknown("alias", selector, aliases)
        version = aliases[selector]
        if not self.store.exists(manifest_path(version)):
            raise self._nothing(
                f"Alias '{selector}' means version '{version}', which is not published (any more)"
            )
        return version

    def manifest(self, version: str) -> Manifest:
        """Return a published version's manifest.

        Raises
        ------
        RequestError
            The text can be no version.
        ModelError, DataError
            The version is not published, or its manifest is damaged.
        """
        found = self.find(version)
        if found is None:
            raise self._unknown("version", version, self.names())
        return found

    def find(self, version: str) -> Manifest | None:
        """Return a version's manifest, or None where the version is not published."""
        path = manifest_path(version)
        data = self.store.find(path, limit=MANIFEST_LIMIT)
        return None if data is None else self._parsed(data, version)

    def publish(self, manifest: Manifest) -> Manifest:
        """Publish a version whose files are all written: create its manifest, if absent.

        Returns
        -------
        Manifest
            This one, or the one that an earlier run of the same request published.

        Raises
        ------
        RequestError
            Another request has published the version, or nothing can be written there.
        ValueError
            The manifest could not be read back: a bug.
        """
        path = manifest_path(manifest.version)
        data = (manifest.model_dump_json(indent=2) + "\n").encode()
        if self._parsed(data, manifest.version) != manifest or len(data) > MANIFEST_LIMIT:
            raise ValueError(f"the manifest of {manifest.address} does not survive a round trip")
        folder = self.files_path(manifest)
        self.store.sync(folder + file.path for file in manifest.files)
        try:
            self.store.create(path, data)
        except AlreadyExists:
            published = self.manifest(manifest.version)
            if published.folder != manifest.folder:  # what we wrote can never be published now
                with suppress(HeadraceError):
                    self.store.clear(folder)
            if published.request_digest == manifest.request_digest:
                return published
            raise RequestError(
                f"Version '{manifest.version}' is already published, by another request: "
                f"{published.mode} {published.pipeline} at {published.created:%Y-%m-%d %H:%M:%S}Z, "
                f"request {published.request_digest}; this one is {manifest.request_digest}",
                where=self.store.uri(path),
                fix="use another version; versions never change",
            ) from None
        return manifest

    def _parsed(self, data: bytes, version: str) -> Manifest:
        try:
            manifest = Manifest.model_validate_json(data, strict=True)
            parse_json(data)  # refuses NaN, and a name that is there twice
        except ValidationError as error:
            raise self._unreadable(version, error) from error
        except ValueError as error:
            raise self._damaged(version, str(error)) from error
        faults = list(_faults(manifest, self.kind, version))
        if faults:
            raise self._damaged(version, "; ".join(faults))
        return manifest

    def _unreadable(self, version: str, error: ValidationError) -> HeadraceError:
        written = other_format(error)
        if not written:
            return self._damaged(version, damage_of(error))
        return self.store.error(
            f"The manifest of version '{version}' has the format '{written}'; this Headrace reads "
            f"'{MANIFEST_FORMAT}'",
            where=self.store.uri(manifest_path(version)),
            fix="use the Headrace that wrote it, or a later one: pip install --upgrade headrace",
        )

    def _damaged(self, version: str, why: str) -> HeadraceError:
        return self.store.error(
            f"The manifest of version '{version}' is damaged: {why}",
            where=self.store.uri(manifest_path(version)),
            fix="restore it from a backup, or use another version",
        )

    def _unknown(self, what: str, name: str, known: Collection[str]) -> HeadraceError:
        if not self.store.folders(VERSIONS):
            return self._unpublished()
        names = sorted(known, reverse=True)
        shown = ", ".join(names[:_SHOWN]) or "none"
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        plural = "aliases" if what == "alias" else "versions"
        return self.store.error(
            f"The {self.kind} has no {what} '{name}'; {plural}: {shown}{more}",
            where=self.uri,
            fix=suggestion(name, names)
            or f"use @{LATEST}, or list them: headrace {self.kind}s list {self.uri}",
        )

    def _unpublished(self) -> HeadraceError:
        if self.store.folders(VERSIONS):
            return self._nothing(f"The {self.kind} has no published version")
        folder, _, name = self.uri.rpartition("/")
        known = open_store(folder).folders() if folder and not folder.endswith("/") else ()
        return self.store.error(
            f"There is no such {self.kind}", self.uri, suggestion(name, set(known) - {name})
        )

    def _nothing(self, what: str) -> HeadraceError:
        return self.store.error(what, where=self.uri)


def _faults(manifest: Manifest, kind: str, version: str) -> Iterator[str]:
    if manifest.kind != kind:
        yield f"it is a {manifest.kind}'s; wanted a {kind}'s"
    if manifest.version != version:
        yield f"it is of version '{manifest.version}'"
    if manifest.created.tzinfo is None:
        yield "created has no time zone"
    paths = [file.path for file in manifest.files]
    if len(set(paths)) != len(paths):
        yield "files lists a path twice"
    for path in paths:
        if not is_file_of_version(path):
            yield f"{path!r} leads out of the version"
    if manifest.digest != files_digest(manifest.files):
        yield "digest is not that of the files it lists"
