"""Whether a plugin was built for this Headrace, by what it requires and by how it fails; light.

A plugin need declare nothing for it: every package that has a plugin requires ``headrace``, and
with it the versions whose hooks, specs and classes it was written against.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from types import ModuleType
from typing import TYPE_CHECKING, Final

from headrace.plugins.specs import (
    PROJECT_NAME,
    ColumnNeed,
    CommandSpec,
    ModelSpec,
    PipelineSpec,
    TransformSpec,
)

if TYPE_CHECKING:
    from importlib.metadata import Distribution

__all__ = ["built_for_another", "installed_version", "required", "unmet_requirement"]

_OURS: Final = re.compile(rf"{PROJECT_NAME}(?![\w.-])\s*(?:\[[^\]]*\])?\s*([^;]*)(;.*)?")
_CALLS: Final = tuple(
    f"{kind.__name__}.__init__()"
    for kind in (ColumnNeed, CommandSpec, ModelSpec, PipelineSpec, TransformSpec)
)


def installed_version() -> str:
    """Return the version of the installed ``headrace`` distribution."""
    return version(PROJECT_NAME)


def required(distribution: Distribution) -> tuple[str, ...]:
    """Return the versions of ``headrace`` that a distribution requires, such as ``==0.1.0``.

    Requirements of its extras and of other platforms do not count; one without versions is an
    empty text.
    """
    found = (_OURS.fullmatch(text.strip()) for text in distribution.requires or ())
    return tuple(
        match[1].strip(" ()").replace(" ", "") for match in found if match and _applies(match[2])
    )


def unmet_requirement(distribution: Distribution) -> str:
    """Return the versions of ``headrace`` that a distribution requires and that are not installed.

    Returns
    -------
    str
        Such as ``>=0.2,<0.3``; empty where the installed version is one of those required, or
        none are.
    """
    installed = installed_version()
    return ",".join(text for text in required(distribution) if not _is_met(text, installed))


def built_for_another(error: BaseException) -> bool:
    """Whether a plugin fails because it asks of Headrace what this version has not.

    So it is if a module or a name is missing in ``headrace``, or a spec does not take the
    arguments it was given.
    """
    match error:
        case ImportError(name=str(name)):
            return _is_ours(name)
        case AttributeError(obj=ModuleType() as module):
            return _is_ours(module.__name__)
        case TypeError():
            return any(call in str(error) for call in _CALLS)
    return False


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] == PROJECT_NAME


def _applies(marker: str | None) -> bool:
    if marker is None:
        return True
    from packaging.markers import InvalidMarker, Marker  # noqa: PLC0415 - seldom needed, not light

    try:
        return Marker(marker[1:].strip()).evaluate({"extra": ""})
    except InvalidMarker:
        return False


def _is_met(specifier: str, installed: str) -> bool:
    if specifier in {"", f"=={installed}"}:
        return True
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 - not light

    try:
        return SpecifierSet(specifier).contains(installed, prereleases=True)
    except InvalidSpecifier:  # such as the address of a wheel: says nothing of versions
        return True
