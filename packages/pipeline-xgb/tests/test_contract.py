from typing import ClassVar

from headrace.testing import PipelineContract


class TestXgb(PipelineContract):
    pipeline = "xgb"
    params: ClassVar = {"rounds": 10, "max_depth": 3, "subsample": 0.8, "colsample": 0.8}


class TestXgbBinary(PipelineContract):
    pipeline = "xgb"
    task = "binary"
    params: ClassVar = {"objective": "binary", "rounds": 10, "max_depth": 3}
