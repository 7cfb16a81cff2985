"""Build the catalog of the installed plugins; imports their params modules and nothing heavier."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, cast

from headrace.contracts.catalog import Catalog, CatalogColumn, CatalogPipeline, CatalogPlugin
from headrace.plugins.specs import GraphSpec

if TYPE_CHECKING:
    from headrace.contracts.params import Params
    from headrace.plugins.manager import Plugins

__all__ = ["build_catalog", "catalog_pipeline"]


def catalog_pipeline(plugins: Plugins, name: str) -> CatalogPipeline:
    """Return one pipeline and all that can be asked of it.

    Raises
    ------
    RequestError
        No plugin has registered the name.
    PluginError
        Its params cannot be imported.
    """
    spec = plugins.pipeline(name)
    params = cast("type[Params]", plugins.load_params(name))
    return CatalogPipeline(
        summary=spec.summary,
        plugin=plugins.owner(name).name,
        modes=spec.modes,
        params=params.model_json_schema(),
        needs=tuple(
            CatalogColumn(param=need.param, modes=need.modes, types=need.types)
            for need in spec.needs
        ),
        adds=spec.adds,
        intervals=spec.intervals,
        has_own_graph=isinstance(spec, GraphSpec),
    )


def build_catalog(plugins: Plugins) -> Catalog:
    """Return what the installation holds.

    Raises
    ------
    PluginError
        A pipeline's params cannot be imported.
    """
    return Catalog(
        version=version("headrace"),
        plugins={
            name: CatalogPlugin(distribution=plugin.distribution, version=plugin.version)
            for name, plugin in plugins.installed.items()
        },
        pipelines={name: catalog_pipeline(plugins, name) for name in plugins.pipelines},
        transforms={name: spec.summary for name, spec in plugins.transforms.items()},
    )
