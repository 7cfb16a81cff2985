"""Where things lie below a name; the only place that knows.

::

    NAME/versions/VERSION/…               a version's files
    NAME/versions/VERSION/_manifest.json  created last: it publishes the version
    NAME/aliases/000017.json              the alias log
    NAME/staging/VERSION/…                what a run needs while it runs; never part of a version

The manifest's name begins with ``_`` so that tools that read a dataset's folder skip it.
"""

from __future__ import annotations

import re
from typing import Final

from headrace.contracts.references import check_version

__all__ = [
    "ALIASES",
    "MANIFEST",
    "STAGING",
    "VERSIONS",
    "alias_number",
    "alias_path",
    "is_inside",
    "manifest_path",
    "staging_path",
    "version_path",
]

VERSIONS: Final = "versions"
ALIASES: Final = "aliases"
STAGING: Final = "staging"
MANIFEST: Final = "_manifest.json"

_ALIAS_FILE = re.compile(rf"{ALIASES}/([0-9]{{6,18}})\.json")


def is_inside(path: str) -> bool:
    """Whether a relative path stays within its folder: no empty segment, no ``.``, no ``..``."""
    return not {"", ".", ".."}.intersection(path.split("/")) and "\0" not in path


def version_path(version: str) -> str:
    """Return a version's folder, with ``/`` at its end."""
    return f"{VERSIONS}/{check_version(version)}/"


def manifest_path(version: str) -> str:
    """Return the path of a version's manifest."""
    return version_path(version) + MANIFEST


def staging_path(version: str) -> str:
    """Return the folder of a version's passing files, with ``/`` at its end."""
    return f"{STAGING}/{check_version(version)}/"


def alias_path(number: int) -> str:
    """Return the path of one entry of the alias log."""
    return f"{ALIASES}/{number:06d}.json"


def alias_number(path: str) -> int | None:
    """Return the number of an entry of the alias log, or None for another file."""
    found = _ALIAS_FILE.fullmatch(path)
    return None if found is None else int(found[1])
