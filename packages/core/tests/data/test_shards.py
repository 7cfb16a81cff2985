import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headrace.data import shards
from headrace.data.position import position_of
from headrace.data.shards import plan_shards, read_shard
from headrace.errors import DataError


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a Parquet file and returns its path."""

    def parquet(name, table, **options):
        path = tmp_path / name
        pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), path, **options)
        return str(path)

    return parquet


def read_all(source, schema=None):
    batches = [
        batch for shard in source.shards for batch in read_shard(shard, schema or source.schema)
    ]
    return pa.Table.from_batches(batches, schema or source.schema)


def test_row_groups_are_put_together_up_to_the_size_of_a_shard(write, monkeypatch):
    monkeypatch.setattr(shards, "SHARD_ROWS", 29)
    path = write("a.parquet", {"x": list(range(75))}, row_group_size=10)
    source = plan_shards([path])
    assert [shard.row_groups for shard in source.shards] == [(0, 1), (2, 3), (4, 5), (6, 7)]
    assert [shard.first_row for shard in source.shards] == [0, 20, 40, 60]
    assert [shard.index for shard in source.shards] == [0, 1, 2, 3]
    assert read_all(source).column("x").to_pylist() == list(range(75))


def test_a_row_group_greater_than_a_shard_is_a_shard(write, monkeypatch):
    monkeypatch.setattr(shards, "SHARD_ROWS", 5)
    source = plan_shards([write("a.parquet", {"x": list(range(20))}, row_group_size=10)])
    assert [shard.row_groups for shard in source.shards] == [(0,), (1,)]


def test_shards_follow_the_order_of_the_files(write):
    paths = [write("b.parquet", {"x": [1]}), write("a.parquet", {"x": [2]})]
    source = plan_shards(paths)
    assert [shard.uri for shard in source.shards] == paths
    assert read_all(source).column("x").to_pylist() == [1, 2]


def test_a_file_without_rows_is_one_shard_that_ends(write):
    source = plan_shards([write("a.parquet", {"x": pa.array([], pa.int64())})])
    (batch,) = (b for shard in source.shards for b in read_shard(shard, source.schema))
    assert batch.num_rows == 0
    assert position_of(batch).is_last


def test_batches_carry_their_position_and_the_last_one_is_empty_and_marked(write, monkeypatch):
    monkeypatch.setattr(shards, "SHARD_ROWS", 10)
    monkeypatch.setattr(shards, "BATCH_ROWS", 4)
    source = plan_shards([write("a.parquet", {"x": list(range(20))}, row_group_size=10)])
    positions = [position_of(b) for b in read_shard(source.shards[1], source.schema)]
    assert [(p.shard, p.row, p.is_last) for p in positions] == [
        (1, 10, False),
        (1, 14, False),
        (1, 18, False),
        (1, 20, True),
    ]


def test_only_the_columns_of_the_schema_are_read(write):
    source = plan_shards([write("a.parquet", {"x": [1], "y": [2.0], "z": ["a"]})])
    table = read_all(source, pa.schema([source.schema.field("y")]))
    assert table.column_names == ["y"]


def test_files_of_different_widths_are_read_by_the_wider_type(write):
    paths = [
        write("a.parquet", {"x": pa.array([1], pa.int32())}),
        write("b.parquet", {"x": pa.array([2.5])}),
    ]
    source = plan_shards(paths)
    assert source.schema.field("x").type == pa.float64()
    assert read_all(source).column("x").to_pylist() == [1.0, 2.5]


def test_views_are_read_as_plain_texts_for_arrow_cannot_filter_them(write):
    views = pa.array(["a", None], pa.string_view())
    source = plan_shards([write("a.parquet", {"s": views, "x": [1, 2]})])
    assert source.schema.field("s").type == pa.string()
    assert read_all(source).column("s").to_pylist() == ["a", None]


def test_a_column_of_nulls_takes_the_type_of_the_other_files(write):
    paths = [
        write("a.parquet", {"x": pa.nulls(1)}),
        write("b.parquet", {"x": pa.array(["b"])}),
    ]
    assert read_all(plan_shards(paths)).column("x").to_pylist() == [None, "b"]


def test_columns_may_be_in_another_order_in_another_file(write):
    paths = [write("a.parquet", {"x": [1], "y": ["a"]}), write("b.parquet", {"y": ["b"], "x": [2]})]
    assert read_all(plan_shards(paths)).to_pydict() == {"x": [1, 2], "y": ["a", "b"]}


def test_contradicting_types_name_column_and_file(write):
    paths = [write("a.parquet", {"x": [1], "y": [1]}), write("b.parquet", {"x": [1], "y": ["b"]})]
    with pytest.raises(DataError, match="Column 'y' is string, but int64") as caught:
        plan_shards(paths)
    assert caught.value.where == paths[1]


def test_a_column_that_is_missing_in_a_later_file_is_named(write):
    paths = [write("a.parquet", {"x": [1], "y": [1]}), write("b.parquet", {"x": [1]})]
    with pytest.raises(DataError, match="Column 'y' is missing in one of 2 files") as caught:
        plan_shards(paths)
    assert caught.value.where == paths[1]


def test_a_column_that_only_a_later_file_has_is_named(write):
    paths = [write("a.parquet", {"x": [1]}), write("b.parquet", {"x": [1], "y": [1]})]
    with pytest.raises(DataError, match="Column 'y' is there in one of 2 files only") as caught:
        plan_shards(paths)
    assert caught.value.where == paths[1]


def test_a_column_that_appears_twice_is_refused(write):
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"])
    with pytest.raises(DataError, match="Column 'x' appears more than once"):
        plan_shards([write("a.parquet", twice)])


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_a_file_that_is_no_parquet_is_a_data_error(tmp_path, content):
    path = tmp_path / "text.parquet"
    path.write_bytes(content)
    with pytest.raises(DataError, match="The file cannot be read") as caught:
        plan_shards([str(path)])
    assert caught.value.where == str(path)


def test_a_file_that_is_cut_short_after_planning_is_a_data_error(write):
    path = write("a.parquet", {"x": [float(i) for i in range(10_000)]}, row_group_size=1_000)
    source = plan_shards([path])
    with open(path, "r+b") as file:  # noqa: PTH123 - a path as the user gives it
        file.truncate(5_000)
    with pytest.raises(DataError, match="The file cannot be read"):
        read_all(source)


def test_a_file_of_another_ending_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("x")
    with pytest.raises(DataError, match=r"format of 'notes.txt' is not known") as caught:
        plan_shards([str(path)])
    assert "*.parquet" in caught.value.fix


def test_csv_is_read_with_the_types_of_its_head(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,x,s\n1,0.5,a\n2,,\n")
    table = read_all(plan_shards([str(path)]))
    assert table.to_pydict() == {"id": [1, 2], "x": [0.5, None], "s": ["a", None]}
    assert table.schema.field("id").type == pa.int64()


def test_csv_and_parquet_files_of_the_same_columns_go_together(tmp_path, write):
    path = tmp_path / "b.csv"
    path.write_text("x,s\n2,b\n")
    source = plan_shards([write("a.parquet", {"x": [1.5], "s": ["a"]}), str(path)])
    assert read_all(source).to_pydict() == {"x": [1.5, 2.0], "s": ["a", "b"]}


def test_a_csv_value_that_does_not_fit_its_column_is_a_data_error(tmp_path):
    path = tmp_path / "a.csv"
    head = "x\n" + "1\n" * 600_000
    path.write_text(head + "oops\n")
    source = plan_shards([str(path)])
    with pytest.raises(DataError, match=r"The file cannot be read: .*'oops'"):
        read_all(source)


def test_an_empty_csv_is_a_data_error(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("")
    with pytest.raises(DataError, match="The file cannot be read: Empty CSV file"):
        plan_shards([str(path)])
