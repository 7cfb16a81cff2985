"""Run single checks of the contract on a pipeline, without a pytest session of their own."""

import inspect
from functools import cached_property

from headrace.testing import PipelineContract, regression_sample
from headrace.testing.fitting import fit_in_memory
from headrace.testing.trial import Trial

CHECKS = sorted(name for name in dir(PipelineContract) if name.startswith("test_"))

_SMALL = {"features": ["x", "color"], "folds": 2, "weight": None}


class Examination:
    """One pipeline, its contract, and what the contract's fixtures would hold."""

    def __init__(self, pipeline, folder, params=(), *, order_free=False):
        attributes = {
            "pipeline": pipeline,
            "params": _SMALL | dict(params),
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

    def check(self, name, **given):
        """Run one check; ``given`` are the arguments that are no fixtures."""
        check = getattr(self.contract(), name)
        wanted = inspect.signature(check).parameters
        fixtures = {key: getattr(self, key) for key in wanted if key not in given and key != "size"}
        sizes = {"size": 7} if "size" in wanted else {}
        check(**fixtures, **sizes, **given)
