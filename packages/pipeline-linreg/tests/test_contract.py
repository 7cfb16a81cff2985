from headrace.testing import PipelineContract


class TestLinreg(PipelineContract):
    pipeline = "linreg"
    order_free = True


class TestLinregWithProducts(PipelineContract):
    pipeline = "linreg"
    order_free = True
    params = {
        "transforms": {
            "x": [{"polynomial": {"degree": 3}}, {"interaction": {"with": ["gap", "color"]}}],
            "count": [{"polynomial": {"degree": 2}}],
            "gap": ["impute"],
            "at": [{"calendar": {"parts": ["weekday", "hour"]}}],
        }
    }
