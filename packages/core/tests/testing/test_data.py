import numpy as np
import pyarrow as pa
import pytest

from headrace.contracts.params import SupervisedParams
from headrace.testing import binary_sample, regression_sample, sample_params

COLUMNS = ["id", "x", "count", "gap", "color", "at", "weight", "y"]


@pytest.mark.parametrize("sample", [regression_sample, binary_sample])
def test_a_sample_has_what_pipelines_meet(sample):
    table = sample()
    assert table.column_names == COLUMNS
    assert table.num_rows == 2_000
    nulls = {name: table.column(name).null_count for name in COLUMNS}
    assert {name for name, count in nulls.items() if count} == {"gap", "color", "y"}
    assert 150 < nulls["gap"] < 250
    assert 30 < nulls["y"] < 90
    ids = table.column("id").to_pylist()
    assert len(set(ids)) == len(ids)
    assert ids != sorted(ids)


@pytest.mark.parametrize("sample", [regression_sample, binary_sample])
def test_a_seed_decides_every_row(sample):
    assert sample(50, seed=3).equals(sample(50, seed=3))
    assert not sample(50, seed=3).equals(sample(50, seed=4))
    assert sample(0).num_rows == 0


def test_a_binary_target_has_both_classes_in_like_number():
    target = binary_sample().column("y")
    assert target.type == pa.int64()
    assert 0.4 < np.mean(target.drop_null().to_numpy()) < 0.6


def test_the_params_name_every_feature_of_the_sample():
    params = SupervisedParams.model_validate(sample_params())
    assert {*params.features, params.target, params.weight, *params.key} == set(COLUMNS)
