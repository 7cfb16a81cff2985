from types import MappingProxyType

from headrace.testing import PipelineContract, binary_sample


class TestMarginal(PipelineContract):
    pipeline = "marginal"
    order_free = True


def test_the_contract_takes_params_on_top_of_those_of_the_sample():
    class Contract(PipelineContract):
        pipeline = "marginal"
        params = MappingProxyType({"features": ["x", "gap"], "folds": 0})

    params = Contract.all_params()
    assert params["features"] == ["x", "gap"]
    assert params["folds"] == 0
    assert params["target"] == "y"
    assert params["transforms"] == {"gap": ["impute"]}


def test_the_contract_of_a_binary_task_trains_on_classes():
    class Contract(PipelineContract):
        pipeline = "marginal"
        task = "binary"

    assert Contract.sample().equals(binary_sample())
