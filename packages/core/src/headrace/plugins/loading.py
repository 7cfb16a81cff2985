"""Import what a spec names as ``module:attribute``."""

from __future__ import annotations

import importlib

from headrace.errors import PluginError
from headrace.plugins.compatibility import built_for_another, installed_version

__all__ = ["load"]


def load(target: str, plugin: str) -> object:
    """Import and return ``module:attribute``.

    Parameters
    ----------
    target : str
        As in the ``load`` of a spec.
    plugin : str
        Who registered it, for the message.

    Raises
    ------
    PluginError
        The module cannot be imported, or has no such attribute.
    """
    module_name, _, attribute = target.partition(":")
    try:
        return getattr(importlib.import_module(module_name), attribute)
    except (Exception, SystemExit) as error:
        foreign = built_for_another(error)
        repair = "install a version of it that fits" if foreign else "repair or reinstall it"
        raise PluginError(
            f"Plugin '{plugin}' cannot load '{target}': {type(error).__name__}: {error}",
            where=f"plugin '{plugin}'"
            + (f", built for another Headrace than {installed_version()}" if foreign else ""),
            fix=f"{repair}, or switch it off with HEADRACE_DISABLE_PLUGINS={plugin}",
        ) from error
