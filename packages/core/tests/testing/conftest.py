import inspect
from functools import cache, cached_property
from pathlib import Path

import pytest

from headrace.testing import PipelineContract, regression_sample
from headrace.testing.fitting import fit_in_memory
from headrace.testing.trial import Trial

_SITE = Path(__file__).parent / "site"
_ENTRY_POINTS = """\
[headrace]
specimens = specimens.hooks
heavy = specimens.heavy_hooks
troubled = specimens.troubled_hooks
"""
_SMALL = {"features": ["x", "color"], "folds": 2, "holdout": 0, "weight": None}


@pytest.fixture(scope="module", autouse=True)
def _installed_specimens(tmp_path_factory):
    """Install the specimens as pip would: their package and its metadata on the import path."""
    site = tmp_path_factory.mktemp("site-packages")
    info = site / "specimens-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.4\nName: specimens\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(_ENTRY_POINTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(site)
        patch.syspath_prepend(_SITE)
        yield


class Examination:
    """One pipeline, and single checks of its contract without a pytest session of their own."""

    def __init__(self, pipeline, folder, params, *, order_free):
        attributes = {
            "pipeline": pipeline,
            "params": _SMALL | params,
            "order_free": order_free,
            "sample": classmethod(lambda _: regression_sample(400)),
        }
        self.contract = type("Contract", (PipelineContract,), attributes)
        self._folder = folder

    @cached_property
    def trial(self):
        return Trial(self.contract.pipeline, self.contract.all_params(), self._folder)

    @cached_property
    def trained(self):
        return self.trial.train(self.contract.sample(), "model")

    @cached_property
    def rows(self):
        return self.trained.good_rows(self.contract.sample())

    @cached_property
    def fitted(self):
        pipeline = self.contract.new_pipeline(self.trial)
        return fit_in_memory(pipeline, self.trained.bundle.preparation, self.rows).model

    def failure(self, name):
        """Return what a check says when it fails, or an empty text if it does not."""
        check = getattr(self.contract(), name)
        wanted = inspect.signature(check).parameters
        given = {key: 7 if key == "size" else getattr(self, key) for key in wanted}
        try:
            check(**given)
        except pytest.skip.Exception:
            return ""
        except (AssertionError, pytest.fail.Exception) as failure:
            return str(failure)
        return ""


@pytest.fixture(scope="module")
def examine(tmp_path_factory):
    """Return a function that returns the one examination of a pipeline."""

    @cache
    def examination(pipeline, *, order_free=False, **params):
        folder = tmp_path_factory.mktemp(pipeline)
        return Examination(pipeline, folder, params, order_free=order_free)

    return examination
