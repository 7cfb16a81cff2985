"""What a run reads: a dataset of ours by reference, or plain files, a folder, a glob."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from headrace.contracts.digests import digest_of
from headrace.contracts.references import LATEST, name_uri, parse_reference
from headrace.contracts.uris import is_bare, is_remote, normal_uri
from headrace.errors import DataError, RequestError
from headrace.plugins.suggest import suggestion
from headrace.storage.globs import is_glob, is_hidden, matches, split_glob
from headrace.storage.layout import MANIFEST, VERSIONS
from headrace.storage.names import list_names
from headrace.storage.store import open_store
from headrace.storage.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headrace.contracts.manifest import Manifest
    from headrace.storage.store import FileInfo

__all__ = ["InputFile", "ResolvedInput", "find_files", "resolve_input"]

_PUBLISHED: Final = re.compile(rf"(?P<name>.*)/{VERSIONS}/(?P<version>[^/]+)/{MANIFEST}")


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file to read.

    Parameters
    ----------
    uri : str
    size : int
        Bytes.
    tag : str
        What tells whether it has changed: ``sha256:`` and its digest for a dataset of ours,
        otherwise ``etag:`` and the store's tag, or ``changed:`` and the time of last change.
    rows : int, optional
        Of a dataset of ours.
    """

    uri: str
    size: int
    tag: str = ""
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class ResolvedInput:
    """An input as it was found.

    Parameters
    ----------
    uri : str
        As it was asked for.
    resolved : str
        ``NAME_URI@VERSION`` for a dataset of ours, otherwise the same as ``uri``.
    files : tuple of InputFile
        In the canonical order: by address.
    digest : str
        Of what a dataset of ours holds, wherever it lies (its manifest's ``digest``); of the
        names, sizes and tags of plain files, on a local disk their times of last change.
    manifest : Manifest or None
        Of a dataset of ours.
    """

    uri: str
    resolved: str
    files: tuple[InputFile, ...]
    digest: str
    manifest: Manifest | None = None

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def resolve_input(text: str, root: str) -> ResolvedInput:
    """Find what an input means now.

    A bare name, or a path or URI with ``@`` whose name has versions, is a dataset of ours; all
    else is plain files.

    Parameters
    ----------
    text : str
        A reference, a file, a folder or a glob.
    root : str
        Where bare names lie.

    Raises
    ------
    RequestError
        The text is no reference, path or URI, or names a dataset without a version.
    DataError
        There is no such dataset, version, file or folder, or a manifest is damaged.
    """
    if is_bare(text):
        reference = parse_reference(text)
        uri = name_uri(reference.name_uri, root=root, kind="datasets")
        if not _has_versions(uri):
            raise DataError(
                f"There is no dataset named '{reference.name_uri}'",
                where=uri,
                fix=suggestion(reference.name_uri, list_names(root, "datasets"))
                or f"a file or folder has a slash in it: ./{text}",
            )
        return _dataset(text, uri, reference.selector)
    name, at, selector = text.rpartition("@")
    if at and name and "/" not in selector and _has_versions(normal_uri(name)):
        return _dataset(text, normal_uri(name), selector)
    found = find_files(text)
    return ResolvedInput(
        uri=text,
        resolved=text,
        files=tuple(InputFile(file.uri, file.size, _named_tag(file)) for file in found),
        digest=digest_of({file.path: [file.size, _tag(file)] for file in found}),
    )


def find_files(uri: str) -> list[FileInfo]:
    """Return the plain files that a file, folder or glob means, sorted by address.

    In folders, names that begin with ``_`` or ``.`` are left out. Paths are relative to the
    folder, or to the part of the glob before its first wildcard.

    Raises
    ------
    RequestError
        The text is no path or URI, or what it means belongs to a dataset of ours.
    DataError
        There is no such file or folder, it has no files, or none matches.
    """
    uri = normal_uri(uri)
    folder, _, name = uri.rpartition("/")
    if name and not folder.endswith("/"):  # a bucket has no parent
        file = open_store(folder or "/").info(name)
        if file is not None:
            return [file]
    found = _glob(uri) if is_glob(uri) else _folder(uri)
    return sorted(found, key=lambda file: file.uri)


def _folder(uri: str) -> list[FileInfo]:
    if _has_versions(uri):
        raise RequestError(
            "This is a dataset with versions, and the input says none",
            where=uri,
            fix=f"add a version or an alias: {uri}@{LATEST}",
        )
    store = open_store(uri)
    listing = list(store.list())
    found = [file for file in listing if not is_hidden(file.path)]
    _refuse_ours(listing, found)
    if found:
        return found
    local = None if is_remote(uri) else store.local_path()
    if listing or (local is not None and local.is_dir()):
        raise DataError(
            "The folder has no files to read; names that begin with '_' or '.' are left out",
            where=uri,
        )
    raise DataError("There is no such file or folder", where=uri)


def _glob(uri: str) -> list[FileInfo]:
    folder, pattern = split_glob(uri)
    store = open_store(folder)
    listing = list(store.list() if "/" in pattern or pattern == "**" else store.files())
    found = [file for file in listing if matches(file.path, pattern)]
    _refuse_ours(listing, found)
    if found:
        return found
    raise DataError(
        f"No file matches the glob; {len(listing):,} files lie in {folder}",
        where=uri,
        fix="a glob means files: to read folders, add /* or /**" if listing else "",
    )


def _refuse_ours(listing: Sequence[FileInfo], found: Sequence[FileInfo]) -> None:
    """Keep a folder or glob from sweeping up versions, and with them what is not published."""
    ours = {}
    for file in listing:
        published = _PUBLISHED.fullmatch(file.uri)
        if published:
            ours[published["name"]] = published["version"]
    for file in found:
        for name, version in ours.items():
            if file.uri.startswith(f"{name}/{VERSIONS}/"):
                raise RequestError(
                    "The input reaches into a dataset with versions",
                    where=file.uri,
                    fix=f"name the dataset and its version: {name}@{version}",
                )


def _dataset(text: str, uri: str, selector: str | None) -> ResolvedInput:
    versions = Versions(uri, "dataset")
    version = versions.resolve(selector)
    manifest = versions.manifest(version)
    folder = versions.files_path(manifest)
    files = [
        InputFile(versions.store.uri(folder + file.path), file.size, file.sha256, file.rows)
        for file in manifest.files
    ]
    return ResolvedInput(
        uri=text,
        resolved=f"{uri}@{version}",
        files=tuple(sorted(files, key=lambda file: file.uri)),
        digest=manifest.digest,
        manifest=manifest,
    )


def _has_versions(uri: str) -> bool:
    return VERSIONS in open_store(uri).folders()


def _tag(file: FileInfo) -> str:
    if is_remote(file.uri) and file.etag:
        return file.etag
    return file.modified.isoformat()


def _named_tag(file: FileInfo) -> str:
    return ("etag:" if is_remote(file.uri) and file.etag else "changed:") + _tag(file)
