r"""References to models and datasets: names, versions and aliases; light, no I/O.

A reference is ``NAME@VERSION``, ``NAME@ALIAS`` or ``NAME@latest``, where NAME is a bare name, a
path or a URI. One look at a selector tells which it is, without a look at the storage:

- a **version** has a decimal digit in it (``20261124T083649Z-1a2b3c4d``, ``v1``,
  ``manual__2026-01-01T00-00-00``): letters, digits, ``.``, ``_``, ``-``, a letter or digit first,
  at most 128 characters;
- an **alias** has none (``champion``, ``published``): lower-case letters, ``_``, ``-``, a letter
  first, at most 64 characters;
- ``latest`` is neither: it is the version with the greatest creation time.

So no alias ever hides a version or the other way round, whichever came first.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final, Literal

from headrace.contracts.uris import check_no_credentials, is_bare, normal_uri
from headrace.errors import RequestError

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "LATEST",
    "Reference",
    "check_alias",
    "check_name",
    "check_version",
    "default_version",
    "is_alias",
    "is_name",
    "is_version",
    "name_uri",
    "parse_reference",
    "version_for",
]

LATEST: Final = "latest"

_VERSION = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_ALIAS = re.compile(r"[a-z][a-z_-]{0,63}")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?")
_NOT_IN_VERSIONS = re.compile(r"[^A-Za-z0-9._-]+")


def is_version(text: str) -> bool:
    """Whether a text may be a version's name."""
    return _VERSION.fullmatch(text) is not None


def is_alias(text: str) -> bool:
    """Whether a text may be an alias."""
    return text != LATEST and _ALIAS.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Whether a text may be a bare name."""
    return _NAME.fullmatch(text) is not None and ".." not in text


def check_version(text: str) -> str:
    """Return a version's name, or raise RequestError where it cannot be one."""
    if is_version(text):
        return text
    raise RequestError(
        f"{text!r} is not a version; wanted letters, digits, '.', '_' and '-', a letter or digit "
        "first, at least one digit, at most 128 characters",
        fix=f"for example '{version_for(text)}'" if text else "",
    )


def check_alias(text: str) -> str:
    """Return an alias, or raise RequestError where a text cannot be one."""
    if is_alias(text):
        return text
    if text == LATEST:
        raise RequestError(f"'{LATEST}' always is the newest version; it cannot be moved")
    raise RequestError(
        f"{text!r} is not an alias; wanted lower-case letters, '_' and '-', a letter first, at "
        "most 64 characters (what has a digit is a version)"
    )


def check_name(text: str) -> str:
    """Return a bare name, or raise RequestError where a text cannot be one."""
    if is_name(text):
        return text
    raise RequestError(
        f"{text!r} is not a name; wanted lower-case letters, digits, '.', '_' and '-', a letter "
        "or digit first and last, no '..', at most 128 characters",
        fix="a path has a slash in it, such as ./NAME",
    )


def version_for(text: str) -> str:
    """Return a version's name for any text, such as a run's id or a partition's key.

    A text that may be a version stays what it is. Of another, what may not be in a version becomes
    ``-``, and eight digits of its hash at the end keep different texts different.
    """
    if is_version(text):
        return text
    number = int.from_bytes(hashlib.sha256(text.encode(errors="surrogatepass")).digest()[:8], "big")
    kept = _NOT_IN_VERSIONS.sub("-", text).strip("-._")[:100].rstrip("-._")
    return f"{kept}-{number % 10**8:08d}" if kept else f"{number % 10**8:08d}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A model or dataset by name, and the version or alias wanted of it.

    Parameters
    ----------
    name_uri : str
        A bare name, a path or a URI, as it was written.
    selector : str or None
        A version, an alias or ``latest``.

    Raises
    ------
    RequestError
        The name is empty, or the selector can be no version or alias.
    """

    name_uri: str
    selector: str | None = None

    def __post_init__(self) -> None:
        if not self.name_uri:
            raise RequestError(f"'{self}' has no name; wanted NAME@VERSION or NAME@ALIAS")
        if self.selector is not None:
            _check_selector(self.selector, str(self))

    def __str__(self) -> str:
        """Return the text that `parse_reference` reads."""
        return self.name_uri if self.selector is None else f"{self.name_uri}@{self.selector}"


def parse_reference(text: str) -> Reference:
    """Split a reference at its last ``@``.

    What follows an ``@`` and has a slash in it is part of the path, as in
    ``abfss://container@account.dfs.core.windows.net/models/flights``.

    Raises
    ------
    RequestError
        There is no name, the URI has credentials in it, or what follows the ``@`` can be no version
        or alias.
    """
    check_no_credentials(text)
    name, at, selector = text.rpartition("@")
    if not at or ("/" in selector and not selector.startswith((".", "/"))):
        return Reference(text)
    return Reference(name, selector)


def name_uri(text: str, *, root: str, kind: Literal["models", "datasets"]) -> str:
    """Return where a name lies.

    Parameters
    ----------
    text : str
        A bare name, which lies under ``ROOT/models`` or ``ROOT/datasets``, or a path or URI.
    root : str
        Path or URI.
    kind : {"models", "datasets"}

    Returns
    -------
    str
        An absolute path, or the URI of an object store.

    Raises
    ------
    RequestError
        The text can be no name, path or URI.
    """
    if is_bare(text):
        return f"{normal_uri(root).rstrip('/')}/{kind}/{check_name(text)}"
    return normal_uri(text)


def default_version(created: datetime, request_digest: str) -> str:
    """Return the version that a run publishes if none is asked for.

    Parameters
    ----------
    created : datetime
        With a time zone.
    request_digest : str
        ``sha256:<hexadecimal>``.

    Returns
    -------
    str
        UTC and eight digits of the digest, such as ``20261124T083649Z-1a2b3c4d``.
    """
    if created.tzinfo is None:
        raise ValueError("the time has no time zone")
    digits = request_digest.rpartition(":")[2][:8]
    return f"{created.astimezone(UTC):%Y%m%dT%H%M%SZ}-{digits}"


def _check_selector(selector: str, reference: str) -> None:
    if selector == LATEST or is_version(selector) or is_alias(selector):
        return
    raise RequestError(
        f"'{reference}' asks for {selector!r}, which is neither a version nor an alias",
        fix="a version has letters, digits, '.', '_', '-' and at least one digit; an alias has "
        "lower-case letters, '_' and '-' only",
    )
