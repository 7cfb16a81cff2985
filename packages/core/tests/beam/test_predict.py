import numpy as np
import pyarrow as pa
import pytest

from headrace.beam.predict import add_prediction
from headrace.data.position import Position, with_position
from headrace.errors import DataError


class Bundle:
    """Predicts what it is told to."""

    def __init__(self, *values):
        self._values = pa.array(values, pa.float64())

    def predict(self, _):
        return self._values


def batch():
    return with_position(pa.record_batch({"x": [1, 2, 3]}), Position(0, 100, is_last=False))


def test_the_prediction_becomes_the_last_column():
    made = add_prediction(Bundle(1.0, 2.0, 3.0), batch(), "p", ["x"], out_of_fold=False)
    assert made.schema.names == ["x", "p"]
    assert made.column("p").to_pylist() == [1, 2, 3]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_prediction_that_is_not_finite_ends_the_run_and_names_the_row(value):
    with pytest.raises(DataError, match=f"The model predicts {value}") as caught:
        add_prediction(Bundle(1.0, value, 3.0), batch(), "p", ["x"], out_of_fold=False)
    assert "row 101 of its file" in caught.value.where
