"""What is wrong with a plugin, as errors that say what to do about it; light."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.errors import PluginError
from headrace.plugins.compatibility import installed_version, required

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.metadata import EntryPoint

__all__ = ["broken", "cause_of", "contested", "foreign", "wrong_hook"]


def broken(plugin: str, what: str, where: str = "") -> PluginError:
    """Return the error for a plugin that has a fault of its own."""
    return PluginError(
        what,
        where=where or f"plugin '{plugin}'",
        fix=f"repair or uninstall it, or {_switch_off(plugin)}",
    )


def foreign(entry: EntryPoint, why: str) -> PluginError:
    """Return the error for a plugin that is built for another Headrace than the installed one."""
    return PluginError(
        f"Plugin '{entry.name}' is built for another Headrace than {installed_version()}: {why}",
        where=_origin(entry),
        fix=f"{_upgrade(entry)}, or {_switch_off(entry.name)}",
    )


def wrong_hook(entry: EntryPoint, error: BaseException) -> PluginError:
    """Return the error for a plugin with a hook that is unknown, or takes other arguments."""
    return PluginError(
        f"Plugin '{entry.name}' has a wrong hook: {cause_of(error)}",
        where=f"{entry.value}, of {_origin(entry)}",
        fix=f"repair it, or {_switch_off(entry.name)}\n"
        f"if it is built for another Headrace than {installed_version()}: {_upgrade(entry)}",
    )


def contested(noun: str, name: str, owners: Sequence[str]) -> PluginError:
    """Return the error for a name that several plugins register."""
    return PluginError(
        f"The {noun} name '{name}' is claimed by several plugins, so none has it",
        where=f"plugins: {', '.join(owners)}",
        fix=f"uninstall one, or {_switch_off(owners[-1])}",
    )


def cause_of(error: BaseException) -> str:
    """Return an exception in one line."""
    return f"{type(error).__name__}: {error}".replace("\n", " ")


def _origin(entry: EntryPoint) -> str:
    if entry.dist is None:
        return entry.value
    versions = ", ".join(filter(None, required(entry.dist))) or ", in any version"
    return f"{entry.dist.name} {entry.dist.version}, which requires headrace{versions}"


def _upgrade(entry: EntryPoint) -> str:
    also = f" {entry.dist.name}" if entry.dist else ""
    return f"install versions that fit one another: pip install --upgrade headrace{also}"


def _switch_off(plugin: str) -> str:
    return f"switch it off: HEADRACE_DISABLE_PLUGINS={plugin}"
