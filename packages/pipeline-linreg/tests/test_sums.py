import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.data.features import Feature, Features, TrainingBatch
from headrace.errors import DataError, ModelError
from headrace_linreg.statistic import LeastSquares

FIT = LeastSquares(intercept=True)


@pytest.fixture
def state(batch):
    """Return a function that makes the sums of some random rows."""

    def make(seed, n_rows=5, weight=None, names=("a", "b")):
        generator = np.random.default_rng(seed)
        columns = {name: generator.normal(size=n_rows) for name in names}
        return FIT.add(FIT.zero(), batch(columns, generator.normal(size=n_rows), weight))

    return make


def model_of(state):
    return FIT.finish(state).model.state()


def test_a_fit_from_a_file_has_the_bytes_of_a_fit_from_rows(state):
    sums = state(1, 20)
    loaded = FIT.load(FIT.dump({0: sums}))
    assert model_of(loaded[0]) == model_of(sums)


@settings(max_examples=30)
@given(st.permutations(range(6)), st.integers(1, 5))
def test_days_in_any_order_and_in_any_number_of_updates_are_one_training(order, cut):
    days = [FIT.add(FIT.zero(), _rows(np.random.default_rng(day), 2 + day % 3)) for day in range(6)]
    whole = FIT.dump({0: _all(days)})
    first = FIT.dump({0: _all([days[day] for day in order[:cut]])})
    for day in order[cut:]:
        first = FIT.dump({0: FIT.merge(FIT.load(first)[0], days[day])})
    assert first == whole
    without = FIT.dump({0: FIT.subtract(FIT.load(first)[0], days[order[0]])})
    assert without == FIT.dump({0: _all([days[day] for day in order[1:]])})


def _rows(generator, n_rows):
    columns = generator.normal(size=(2, n_rows)) * 10.0 ** generator.integers(-9, 9, (2, 1))
    features = tuple(Feature(name, column) for name, column in zip("ab", columns, strict=True))
    weight = np.round(generator.uniform(0, 2, n_rows), 1)
    return TrainingBatch(Features(features, n_rows), generator.normal(size=n_rows), weight)


def _all(states):
    found = FIT.zero()
    for each in states:
        found = FIT.merge(found, each)
    return found


def test_a_fold_without_rows_is_not_in_the_file(state):
    sums = state(1)
    files = FIT.dump({0: sums, 1: FIT.subtract(sums, sums), 2: FIT.zero()})
    assert list(FIT.load(files)) == [0]
    assert files == FIT.dump({0: sums})


def test_the_file_is_an_arrow_stream_that_says_what_it_holds(state):
    (data,) = FIT.dump({3: state(1), -1: state(2)}).values()
    with pa.ipc.open_stream(data) as reader:
        table = reader.read_all()
    assert table.schema.names == ["fold", "n_rows", "exponent", "width", "entries"]
    assert table.column("fold").to_pylist() == [-1, 3]
    assert table.schema.metadata[b"format"] == b"headrace-linreg/sums/v1"
    assert json.loads(table.schema.metadata[b"features"]) == ["a", "b"]


def test_a_hundred_columns_and_five_folds_take_less_than_a_megabyte(batch):
    generator = np.random.default_rng(3)
    columns = {f"x{i}": generator.normal(size=1_000) for i in range(100)}
    sums = FIT.add(FIT.zero(), batch(columns, generator.normal(size=1_000)))
    (data,) = FIT.dump(dict.fromkeys(range(5), sums)).values()
    assert len(data) < 1_000_000


def test_more_rows_than_there_are_cannot_be_taken_out(state):
    with pytest.raises(DataError, match="6 are to be taken out of a fold that has 5") as caught:
        FIT.subtract(state(1, 5), state(2, 6))
    assert "The rows to be taken out are not all in the model" in caught.value.what


def test_rows_whose_squares_are_greater_cannot_be_taken_out(state, batch):
    large = FIT.add(FIT.zero(), batch({"a": [0.0], "b": [1e9]}, [0.0]))
    with pytest.raises(DataError, match="the sum of squares of b gets negative"):
        FIT.subtract(state(1), large)


def test_other_rows_cannot_be_all_that_is_taken_out(state, batch):
    small = FIT.add(FIT.zero(), batch({"a": [0.0] * 5, "b": [0.0] * 5}, [0.0] * 5))
    with pytest.raises(DataError, match="no row is left of a fold, but sums are"):
        FIT.subtract(state(1, 5), small)


def test_sums_of_other_features_are_refused(state):
    for change in (FIT.merge, FIT.subtract):
        with pytest.raises(DataError, match="features of the model are a, b; those of the new"):
            change(state(1), state(2, names=("a", "c")))


def damaged(state, **changes):
    (data,) = FIT.dump({0: state(1)}).values()
    with pa.ipc.open_stream(data) as reader:
        batch = reader.read_next_batch()
    metadata = dict(batch.schema.metadata)
    metadata |= {name.encode(): value for name, value in changes.items() if name == "format"}
    metadata |= {name.encode(): value for name, value in changes.items() if name == "features"}
    columns = {
        name: changes.get(name, batch.column(name).to_pylist()) for name in batch.schema.names
    }
    table = pa.table(columns, batch.schema.with_metadata(metadata))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return {"gram.arrow": bytes(sink.getvalue())}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": b"other/v2"}, "format is b'other/v2'; wanted 'headrace-linreg/sums/v1'"),
        ({"features": b'{"a": 1}'}, "its features are no list of names"),
        ({"features": b'["a"]'}, "are no sums of 3 columns"),
        ({"entries": [b"abc"]}, "3 bytes are no sums of 4 columns"),
        ({"width": [0]}, "an entry has 0 bytes"),
        ({"n_rows": [-3]}, "of -3 rows"),
    ],
)
def test_a_damaged_file_is_a_model_error(state, changes, message):
    with pytest.raises(ModelError, match=message) as caught:
        FIT.load(damaged(state, **changes))
    assert "gram.arrow is damaged" in caught.value.what


def test_a_missing_or_truncated_file_is_a_model_error(state):
    with pytest.raises(ModelError, match=r"gram\.arrow is damaged: KeyError"):
        FIT.load({})
    (data,) = FIT.dump({0: state(1)}).values()
    with pytest.raises(ModelError, match=r"gram\.arrow is damaged"):
        FIT.load({"gram.arrow": data[: len(data) // 2]})
