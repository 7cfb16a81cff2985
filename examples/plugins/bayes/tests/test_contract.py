from headrace.testing import PipelineContract


class TestBayes(PipelineContract):
    pipeline = "bayes"
    task = "binary"
    order_free = True
    params = {
        "transforms": {
            "x": [{"clip": {"width": 2}}],
            "gap": ["impute", "clip"],
            "at": [{"calendar": {"parts": ["hour"]}}],
        }
    }
