"""Names of new pipelines: how they may look, and whether they are free."""

from __future__ import annotations

import keyword
import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from headrace.errors import RequestError

if TYPE_CHECKING:
    from headrace.plugins.manager import Plugins

__all__ = ["check_free", "check_name"]

_LONGEST: Final = 40
_NAME: Final = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


def check_name(name: str) -> None:
    """Check how a name looks.

    Raises
    ------
    RequestError
        It is no name for a package and a column.
    """
    if not _NAME.fullmatch(name):
        raise RequestError(
            f"'{name}' is no name for a pipeline; wanted lower-case letters and digits, a letter "
            "first, with - or _ between",
            where="NAME",
            fix=_likely(name),
        )
    if len(name) > _LONGEST:
        raise RequestError(
            f"A pipeline's name has at most {_LONGEST} characters; this has {len(name)}",
            where="NAME",
            fix="choose a shorter name",
        )
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise RequestError(
            f"'{name}' is a word of Python's own", where="NAME", fix=f"such as '{name}_model'"
        )


def check_free(name: str, plugins: Plugins) -> None:
    """Check that nothing installed has a name.

    Raises
    ------
    RequestError
        A pipeline, a model type, a plugin or a module has it.
    """
    identifier = name.replace("-", "_")
    taken = ""
    if identifier in plugins.pipelines:
        taken = f"pipeline of the package {plugins.owner(identifier).distribution}"
    elif identifier in plugins.models:
        taken = "model type"
    elif identifier in plugins.installed:
        taken = f"plugin of the package {plugins.installed[identifier].distribution}"
    elif find_spec(f"headrace_{identifier}") is not None:
        taken = f"module headrace_{identifier}"
    if taken:
        raise RequestError(
            f"The name '{name}' is taken: there is an installed {taken}",
            where="NAME",
            fix="choose another name, or uninstall the package",
        )


def _likely(name: str) -> str:
    made = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")
    return f"such as '{made}'" if _NAME.fullmatch(made) else ""
