"""What is installed and from where, by the metadata of packages; imports none of them."""

from __future__ import annotations

import json
import sys
from importlib.metadata import PackageNotFoundError, distribution, distributions
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from headrace.cli.doctor.finding import Finding
from headrace.errors import PluginError, RequestError
from headrace.plugins.specs import PROJECT_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from importlib.metadata import Distribution

__all__ = ["can_run_pipelines", "check_packages"]

_CORE: Final = canonicalize_name(PROJECT_NAME)
_EXTRA: Final = "beam"
"""The extra of ``headrace`` that runs pipelines."""


def check_packages(of_plugins: Iterable[Distribution]) -> Iterator[Finding]:
    """Check Python, ``headrace``, the packages of plugins, and the libraries that these require.

    Parameters
    ----------
    of_plugins : iterable of Distribution
        Of the plugins that are not switched off, whether they work or not.
    """
    core = distribution(PROJECT_NAME)
    others = {canonicalize_name(found.name): found for found in of_plugins}
    others.pop(_CORE, None)
    installed = [core, *(others[name] for name in sorted(others))]
    yield _check_python(core)
    for package in installed:
        yield _check_package(package)
    yield from _check_libraries(core, installed[1:])


def can_run_pipelines() -> bool:
    """Whether any library that runs pipelines is installed."""
    return any(map(_version, _requirements(distribution(PROJECT_NAME), _EXTRA)))


def _check_python(core: Distribution) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    found = f"{version}, {sys.executable}"
    wanted = core.metadata["Requires-Python"] or ""
    if SpecifierSet(wanted).contains(version, prereleases=True):
        return Finding("packages", "python", found)
    return Finding(
        "packages",
        "python",
        f"{found}; wanted {wanted}",
        "problem",
        fix=f"make an environment with a Python {wanted}, and install Headrace there",
        exit_code=RequestError.exit_code,
    )


def _check_package(package: Distribution) -> Finding:
    found = f"{package.version}, {_origin(package)}"
    copies = [copy for copy in distributions(name=package.name) if _folder(copy)]
    hidden = sorted({f"{copy.version} in {_folder(copy)}" for copy in copies[1:]})
    if not hidden:
        return Finding("packages", package.name, found)
    return Finding(
        "packages",
        package.name,
        f"{found}; another one is hidden by it: {', '.join(hidden)}",
        "warning",
        fix=f"uninstall it until none is left, and install it again: pip uninstall {package.name}",
    )


def _origin(package: Distribution) -> str:
    """Return where a package comes from: ``editable, from FOLDER`` or ``wheel, in FOLDER``."""
    try:
        direct = json.loads(package.read_text("direct_url.json") or "{}")
        if direct.get("dir_info", {}).get("editable"):
            return f"editable, from {unquote(urlsplit(direct['url']).path)}"
    except (ValueError, KeyError, AttributeError):  # written by any installer
        pass
    kind = "no wheel" if package.read_text("WHEEL") is None else "wheel"
    return f"{kind}, in {_folder(package)}"


def _folder(package: Distribution) -> str:
    return str(package.locate_file("")).rstrip("/")


def _check_libraries(core: Distribution, plugins: list[Distribution]) -> Iterator[Finding]:
    """Check what is required: what is unmet of the core, the extra, and what plugins require."""
    wanted: dict[str, list[Requirement]] = {}
    _gather(_requirements(core, _EXTRA), wanted)
    of_plugins = [requirement for plugin in plugins for requirement in _requirements(plugin)]
    is_extra_wanted = any(
        _EXTRA in requirement.extras for requirement in of_plugins if _name(requirement) == _CORE
    )
    if not is_extra_wanted and not can_run_pipelines():
        wanted.clear()
        found = "not installed; needed to run pipelines, not to list or schedule them"
        yield Finding("packages", f"{PROJECT_NAME}[{_EXTRA}]", found)
    _gather((each for each in of_plugins if _name(each) != _CORE), wanted)
    basic: dict[str, list[Requirement]] = {}
    _gather(_requirements(core), basic)
    unmet = (_check_library(requirements) for requirements in basic.values())
    yield from (finding for finding in unmet if finding.status != "ok")
    yield from map(_check_library, wanted.values())


def _gather(requirements: Iterable[Requirement], wanted: dict[str, list[Requirement]]) -> None:
    for requirement in requirements:
        wanted.setdefault(_name(requirement), []).append(requirement)


def _requirements(package: Distribution, extra: str = "") -> Iterator[Requirement]:
    """Yield what a package requires here; with an extra, only what that adds."""
    for text in package.requires or ():
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        is_basic = _applies(requirement, "")
        if is_basic if not extra else (not is_basic and _applies(requirement, extra)):
            yield requirement


def _applies(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _check_library(requirements: Sequence[Requirement]) -> Finding:
    """Check a library against all that require it."""
    name, version = requirements[0].name, _version(requirements[0])
    specifier = SpecifierSet()
    for requirement in requirements:
        specifier &= requirement.specifier
    if version is not None and specifier.contains(version, prereleases=True):
        return Finding("packages", name, version)
    wanted = f"{name}{specifier}"
    return Finding(
        "packages",
        name,
        f"{version or 'not installed'}; wanted {wanted}",
        "problem",
        fix=f"pip install '{wanted}'",
        exit_code=PluginError.exit_code,
    )


def _name(requirement: Requirement) -> str:
    return canonicalize_name(requirement.name)


def _version(requirement: Requirement) -> str | None:
    try:
        return distribution(requirement.name).version
    except PackageNotFoundError:
        return None
