from headrace.testing import PipelineContract


class TestLinreg(PipelineContract):
    pipeline = "linreg"
    order_free = True
