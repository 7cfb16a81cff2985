"""Where things lie below a name; the only place that knows.

::

    NAME/versions/VERSION/RUN/…           the files that one run has written
    NAME/versions/VERSION/_manifest.json  created last: it says whose files are the version
    NAME/aliases/000017.json              the alias log
    NAME/staging/VERSION/RUN/…            what a run needs while it runs; never part of a version

RUN is random. No file is ever written by two runs, so that whoever comes late, twice or with
another request damages nothing. The manifest's name begins with ``_`` so that tools that read a
dataset's folder skip it.
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
    "files_path",
    "is_file_of_version",
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


def is_file_of_version(path: str) -> bool:
    """Whether a path may be in a manifest: within the version on any system, and printable."""
    return is_inside(path) and "\\" not in path and path.isprintable() and path != MANIFEST


def version_path(version: str) -> str:
    """Return a version's folder, with ``/`` at its end."""
    return f"{VERSIONS}/{check_version(version)}/"


def files_path(version: str, run: str) -> str:
    """Return the folder of a run's files, with ``/`` at its end.

    Parameters
    ----------
    version : str
    run : str
        The run's own name; empty for versions whose files lie right in their folder, as the first
        release wrote them.
    """
    return version_path(version) + (f"{run}/" if run else "")


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
