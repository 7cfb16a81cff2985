import pickle

import pyarrow as pa
import pytest

from headrace.beam.coder import RecordBatchCoder
from headrace.data.position import Position, position_of, with_position

ROWS = 1_000_000


@pytest.fixture(scope="module")
def slice_of_many():
    numbers = pa.array(range(ROWS), pa.int64())
    texts = pa.array(["some text"] * ROWS)
    batch = pa.RecordBatch.from_arrays([numbers, texts], names=["number", "text"])
    return batch.slice(500_000, 100)


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1.5, None, float("nan")]),
        pa.array(["a", None, "ä"]),
        pa.array([True, None, False]),
        pa.array(["a", "b", "a"]).dictionary_encode(),
        pa.array([0, 1, None], pa.timestamp("us", "UTC")),
        pa.array([[1], [], None], pa.list_(pa.int8())),
    ],
    ids=lambda column: str(column.type),
)
def test_a_batch_comes_back_with_its_types_nulls_and_position(column):
    batch = pa.RecordBatch.from_arrays([column], names=["c"])
    batch = with_position(batch, Position(3, 70, is_last=True))
    coder = RecordBatchCoder()
    decoded = coder.decode(coder.encode(batch))
    assert decoded.schema.equals(batch.schema, check_metadata=True)
    assert decoded.column(0).to_pylist()[:2] == column.to_pylist()[:2]
    assert decoded.column(0).null_count == column.null_count
    assert position_of(decoded) == Position(3, 70, is_last=True)
    assert coder.encode(decoded) == coder.encode(batch)


def test_a_batch_without_rows_comes_back():
    batch = pa.RecordBatch.from_pylist([], schema=pa.schema([("x", pa.float64())]))
    coder = RecordBatchCoder()
    assert coder.decode(coder.encode(batch)).equals(batch)


def test_a_slice_does_not_drag_along_what_it_was_cut_from(slice_of_many):
    coder = RecordBatchCoder()
    encoded = coder.encode(slice_of_many)
    assert coder.decode(encoded).equals(slice_of_many)
    assert len(encoded) < 4_096
    assert coder.estimate_size(slice_of_many) < 4_096
    assert len(pickle.dumps(slice_of_many)) > 1_000_000  # what Beam would do without the coder
