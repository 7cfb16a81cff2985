import numpy as np
import pyarrow as pa
import pytest

from headrace.beam.predict import Wanted, add_prediction
from headrace.data.position import Position, with_position
from headrace.errors import DataError


class Bundle:
    """Predicts what it is told to."""

    def __init__(self, *values):
        self._values = pa.array(values, pa.float64())

    def predict(self, _):
        return self._values

    def predict_interval(self, _, level):
        values = self._values.to_numpy()
        return self._values, pa.array(values - level), pa.array(values + level)


def batch():
    return with_position(pa.record_batch({"x": [1, 2, 3]}), Position(0, 100, is_last=False))


def test_the_prediction_becomes_the_last_column():
    made = add_prediction(Bundle(1.0, 2.0, 3.0), batch(), Wanted("p"), ["x"])
    assert made.schema.names == ["x", "p"]
    assert made.column("p").to_pylist() == [1, 2, 3]


def test_the_ends_of_an_interval_follow_the_prediction():
    made = add_prediction(Bundle(1.0, 2.0, 3.0), batch(), Wanted("p", interval=0.5), ["x"])
    assert made.schema.names == ["x", "p", "p_lower", "p_upper"]
    assert made.column("p_lower").to_pylist() == [0.5, 1.5, 2.5]
    assert made.column("p_upper").to_pylist() == [1.5, 2.5, 3.5]


def test_an_end_that_is_not_finite_ends_the_run():
    with pytest.raises(DataError, match="The model predicts -inf"):
        add_prediction(Bundle(1.0), batch().slice(0, 1), Wanted("p", interval=np.inf), ["x"])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_prediction_that_is_not_finite_ends_the_run_and_names_the_row(value):
    with pytest.raises(DataError, match=f"The model predicts {value}") as caught:
        add_prediction(Bundle(1.0, value, 3.0), batch(), Wanted("p"), ["x"])
    assert "row 101 of its file" in caught.value.where
