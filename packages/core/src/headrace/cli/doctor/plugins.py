"""Plugins: whether each imports, what it registers, and what is wrong with it; light."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.cli.doctor.finding import Finding, problem
from headrace.plugins.suggest import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from headrace.plugins.manager import Plugins

__all__ = ["check_plugins"]


def check_plugins(
    plugins: Plugins, names: Collection[str], disabled: Collection[str]
) -> Iterator[Finding]:
    """Call all hooks of all plugins.

    Parameters
    ----------
    plugins : Plugins
    names : collection of str
        Of all plugins that are installed, whether they work or not.
    disabled : collection of str
        Names of plugins to leave out.
    """
    for name in sorted(plugins.installed):
        registered = [
            f"{noun} {', '.join(found)}" for noun, found in plugins.registered_by(name).items()
        ]
        yield Finding("plugins", name, "; ".join(registered) or "registers nothing")
    for error in plugins.problems:
        yield problem("plugins", "plugin", error)
    for name in sorted(disabled):
        yield _check_disabled(name, names)
    if not plugins.pipelines:
        yield Finding(
            "plugins",
            "pipelines",
            "none",
            "warning",
            fix="install one, such as: pip install headrace-linreg",
        )


def _check_disabled(name: str, names: Collection[str]) -> Finding:
    if name in names:
        return Finding("plugins", name, "switched off by HEADRACE_DISABLE_PLUGINS")
    return Finding(
        "plugins",
        name,
        "HEADRACE_DISABLE_PLUGINS names it, and no plugin is named so",
        "warning",
        where=f"installed: {', '.join(sorted(names))}",
        fix=suggestion(name, names) or "take it out of the variable",
    )
