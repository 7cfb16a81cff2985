from headrace.testing import PipelineContract


class TestLgbm(PipelineContract):
    pipeline = "lgbm"
    params = {"rounds": 10, "num_leaves": 7, "subsample": 0.8, "colsample": 0.8}


class TestLgbmBinary(PipelineContract):
    pipeline = "lgbm"
    task = "binary"
    params = {"objective": "binary", "rounds": 10, "num_leaves": 7}
