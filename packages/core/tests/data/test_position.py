import pyarrow as pa

from headrace.data.position import Position, position_of, with_position


def test_a_batch_keeps_its_position_and_loses_other_metadata():
    batch = pa.record_batch({"x": [1, 2]}).replace_schema_metadata({"pandas": "{}"})
    position = Position(shard=3, row=65_536, is_last=True)
    carried = with_position(batch, position)
    assert position_of(carried) == position
    assert list(carried.schema.metadata) == [b"headrace.position"]
    assert position_of(carried.filter(pa.array([False, False]))) == position
