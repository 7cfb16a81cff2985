from headrace.testing import PipelineContract


class TestRidge(PipelineContract):
    pipeline = "ridge"
    params = {"folds": 2}
