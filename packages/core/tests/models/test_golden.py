from dataclasses import replace

import pyarrow as pa
import pytest

from headrace.errors import ModelError
from headrace.models.golden import check_golden, golden_rows


def test_a_restored_bundle_predicts_its_golden_rows_again(bundle, restore, rows):
    check_golden(restore(bundle.files()), golden_rows(bundle, rows))


def test_golden_rows_hold_the_features_and_nothing_else_of_the_input(bundle, rows):
    with pa.ipc.open_stream(golden_rows(bundle, rows)) as reader:
        assert reader.schema.names == ["x", "color", "headrace.prediction"]


def test_another_prediction_is_a_model_error_that_names_the_row(bundle, rows):
    other = replace(bundle, model=type(bundle.model)(0.1 + 2**-55))
    golden = golden_rows(bundle, rows)
    if other.predict(rows).equals(bundle.predict(rows)):
        pytest.fail("the models were to differ in a bit")
    with pytest.raises(ModelError, match=r"predicts .* for golden row [0-9]+; wanted"):
        check_golden(other, golden)
