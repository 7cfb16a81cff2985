"""Places on storage: local paths and URIs of object stores; light, no I/O."""

from __future__ import annotations

import os.path
import re
from typing import Final
from urllib.parse import unquote, urlsplit

from headrace.errors import RequestError

__all__ = ["REMOTE_SCHEMES", "check_no_credentials", "is_bare", "is_remote", "normal_uri"]

REMOTE_SCHEMES: Final = ("abfs", "abfss", "az", "azure", "gs", "s3", "s3a")

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_SECRET = re.compile(
    r"[?&](sig|password|secret|[a-z_-]*(token|access_?key|account_?key|secret_?key|credential|"
    r"signature)[a-z_-]*)=",
    re.IGNORECASE,
)


def is_bare(text: str) -> bool:
    """Whether a text has neither a slash nor a scheme, so that it lies under the root."""
    return "/" not in text and os.path.sep not in text


def is_remote(uri: str) -> bool:
    """Whether a normal URI lies in an object store, not on the local disk."""
    return _SCHEME.match(uri) is not None


def check_no_credentials(text: str) -> None:
    """Check that a URI has no credentials in it; the message does not repeat them.

    A URI ends up in manifests, logs and lists of processes.

    Raises
    ------
    RequestError
        It has a user, a password, a key or a signature.
    """
    found = _SCHEME.match(text)
    if found is None:
        return
    scheme = found[1].lower()
    authority = text[found.end() :].partition("/")[0]
    user = authority if scheme in REMOTE_SCHEMES else authority.rpartition("@")[0]
    if ":" in user or _SECRET.search(text):
        raise RequestError(
            f"The {scheme}:// URI has credentials in it, which are never taken from arguments",
            fix="leave them out; the environment, a profile or the machine's identity gives them",
        )


def normal_uri(text: str) -> str:
    """Return one spelling of a place.

    A local path, or a URI with the scheme ``file``, becomes an absolute path; a URI of an object
    store loses slashes at its end and stays what it is otherwise.

    Raises
    ------
    RequestError
        The text is empty, has an unknown scheme, credentials or no bucket, or an object store's
        path has empty segments, ``.`` or ``..``.
    """
    check_no_credentials(text)
    found = _SCHEME.match(text)
    if found is None:
        return _local(text, text)
    scheme = found[1].lower()
    if scheme == "file":
        parts = urlsplit(text)
        if parts.netloc not in {"", "localhost"}:
            raise RequestError(
                f"'{text}' names a file on the host '{parts.netloc}'; wanted file:///path"
            )
        return _local(unquote(text[len("file://") + len(parts.netloc) :]), text)
    if scheme not in REMOTE_SCHEMES:
        raise RequestError(
            f"'{text}' has the scheme '{scheme}'; wanted a local path or one of "
            f"{', '.join(REMOTE_SCHEMES)}, file"
        )
    bucket, _, path = text[found.end() :].partition("/")
    path = path.rstrip("/")
    if not bucket:
        raise RequestError(f"'{text}' names no bucket; wanted {scheme}://BUCKET/PATH")
    if path and {"", ".", ".."}.intersection(path.split("/")):
        raise RequestError(f"'{text}' has an empty segment, '.' or '..' in its path")
    return f"{scheme}://{bucket}/{path}" if path else f"{scheme}://{bucket}"


def _local(path: str, text: str) -> str:
    if not path or "\0" in path:
        raise RequestError(f"{text!r} is not a path")
    absolute = os.path.abspath(path)  # noqa: PTH100  # resolves no links: what was asked for stays
    return "/" + absolute.lstrip("/")
