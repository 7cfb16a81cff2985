from headrace.testing import PipelineContract


class TestBayes(PipelineContract):
    pipeline = "bayes"
    task = "binary"
    order_free = True
    params = {
        "transforms": {
            "x": [{"winsorize": {"width": 2}}],
            "gap": ["impute", "winsorize"],
            "at": [{"calendar": {"parts": ["hour"]}}],
        }
    }
