from dataclasses import replace

import pyarrow as pa
import pytest

from headrace.errors import ModelError
from headrace.models.golden import golden_file, repeat_golden
from headrace.models.sampled import SampledRows, golden_sample, sample_of


@pytest.fixture
def golden(bundle, rows, params):
    statistic = golden_sample()
    state = statistic.zero()
    for item in SampledRows(params)(rows):
        state = statistic.add(state, item)
    return golden_file(bundle, statistic.finish(state))


def _rewritten(data, change):
    with pa.ipc.open_stream(data) as reader:
        batch = change(reader.read_next_batch())
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def test_a_restored_bundle_predicts_its_golden_rows_again(bundle, restore, golden):
    proof = repeat_golden(restore(bundle.files()), golden)
    assert (proof.n_rows, proof.n_differing, proof.difference) == (40, 0, "")


def test_golden_rows_hold_the_features_and_nothing_else_of_the_input(golden):
    with pa.ipc.open_stream(golden) as reader:
        assert reader.schema.names == ["x", "color", "headrace.prediction", "headrace.order"]


def test_golden_rows_tell_the_sample_they_were_made_of(golden, bundle, rows):
    sample = sample_of(golden)
    assert golden_file(bundle, sample) == golden
    assert sample.rows.num_rows == rows.num_rows
    assert sorted(sample.rows.column("x").to_pylist(), key=str) == sorted(
        rows.column("x").to_pylist(), key=str
    )


def test_another_prediction_is_told_with_row_values_number_and_distance(bundle, rows, golden):
    other = replace(bundle, model=type(bundle.model)(0.1 + 2**-55))
    differing = sum(
        one != another
        for one, another in zip(
            bundle.predict(rows).to_pylist(), other.predict(rows).to_pylist(), strict=True
        )
    )
    proof = repeat_golden(other, golden)
    assert 0 < proof.n_differing == differing < 40
    assert proof.got != proof.wanted
    assert 0 < proof.greatest < 1e-14
    assert proof.difference.startswith(f"{differing} of 40 golden rows get another prediction; ")
    assert f"row {proof.row}: got {proof.got}, wanted {proof.wanted}" in proof.difference


def test_a_zero_with_another_sign_is_another_prediction(bundle, golden):
    nothing = pa.array([0.0] * 40)

    class Zero:
        def __init__(self, sign):
            self.sign = sign

        def predict(self, features):
            return pa.array([self.sign * 0.0] * features.n_rows)

    def zeroed(batch):
        return batch.set_column(2, "headrace.prediction", nothing)

    golden = _rewritten(golden, zeroed)
    assert not repeat_golden(replace(bundle, model=Zero(1)), golden).n_differing
    assert repeat_golden(replace(bundle, model=Zero(-1)), golden).n_differing == 40


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:0],
        lambda data: data[: len(data) // 2],
        lambda data: b"evil" + data,
        lambda data: _rewritten(data, lambda batch: batch.select(["x", "color"])),
        lambda data: _rewritten(
            data, lambda batch: batch.set_column(2, "headrace.prediction", batch.column("color"))
        ),
    ],
    ids=["empty", "cut off", "no Arrow", "no predictions", "predictions of text"],
)
def test_damaged_golden_rows_are_a_model_error(bundle, golden, damage):
    with pytest.raises(ModelError, match=r"'golden\.arrow' is damaged"):
        repeat_golden(bundle, damage(golden))


def test_golden_rows_without_a_feature_are_a_model_error(bundle, golden):
    with pytest.raises(ModelError, match=r"cannot predict its golden rows: KeyError"):
        repeat_golden(bundle, _rewritten(golden, lambda batch: batch.drop_columns(["x"])))
