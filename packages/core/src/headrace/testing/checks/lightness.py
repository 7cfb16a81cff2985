"""Listing pipelines imports no machine-learning library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from headrace.testing.fresh import modules_imported_by
from headrace.testing.setting import ContractSetting

if TYPE_CHECKING:
    from headrace.plugins.manager import Plugins
    from headrace.testing.trial import Trial

__all__ = ["LightnessChecks", "heavy_imports"]

_HEAVY: Final = frozenset(
    {
        "apache_beam",
        "lightgbm",
        "numpy",
        "pandas",
        "polars",
        "pyarrow",
        "scipy",
        "sklearn",
        "tensorflow",
        "torch",
        "xgboost",
    }
)


class LightnessChecks(ContractSetting):
    """Checks of what ``headrace list`` and ``describe`` import."""

    def test_the_hooks_and_params_import_no_heavy_library(self, trial: Trial) -> None:
        """A fresh process that imports both has imported none of the heavy libraries."""
        heavy = heavy_imports(trial.plugins, self.pipeline)
        assert not heavy, heavy


def heavy_imports(plugins: Plugins, pipeline: str) -> str:
    """Return which heavy libraries a pipeline's hooks and params import, or an empty text."""
    hooks = plugins.owner(pipeline).module.partition(":")[0]
    params = plugins.pipeline(pipeline).params.partition(":")[0]
    heavy = sorted(modules_imported_by([hooks, params]) & _HEAVY)
    if not heavy:
        return ""
    return (
        f"importing {hooks} and {params} imports {', '.join(heavy)}; name classes in specs as "
        "'module:Class' text, keep params in a module of their own that needs only pydantic, "
        "and keep the packages' __init__ free of imports"
    )
