"""Contract tests for pipeline packages, and data to run them on.

A pipeline package, anyone's, runs the whole contract with a few lines::

    from headrace.testing import PipelineContract


    class TestRidge(PipelineContract):
        pipeline = "ridge"
        params = {"alpha": 0.5}

Only this layer imports pytest, which comes with the extra ``headrace[testing]``.
"""

import pytest

pytest.register_assert_rewrite("headrace.testing.checks")

from headrace.testing.contract import PipelineContract  # noqa: E402 - after the registration
from headrace.testing.data import binary_sample, regression_sample, sample_params  # noqa: E402
from headrace.testing.fitting import MemoryShards  # noqa: E402
from headrace.testing.graph_contract import GraphContract  # noqa: E402

__all__ = [
    "GraphContract",
    "MemoryShards",
    "PipelineContract",
    "binary_sample",
    "regression_sample",
    "sample_params",
]
