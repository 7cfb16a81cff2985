import math

import apache_beam as beam
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.beam.compute import Compute, _Accumulate, _Merge
from headrace.beam.report import run_pass
from headrace.beam.runners import InProcessOptions, InProcessRunner
from headrace.data.position import Position, with_position
from headrace.statistics import Moments

FLOATS = st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), max_size=5)


def values_of(element):
    yield element.column(0)


def summary(state):
    moments = Moments().finish(state)
    return [moments.n, moments.mean, moments.std]


def plain(columns):
    state = Moments().zero()
    for column in columns:
        state = Moments().add(state, column)
    return Moments().finish(state)


def batch_of(values):
    batch = pa.RecordBatch.from_arrays([pa.array(values, pa.float64())], names=["x"])
    return with_position(batch, Position(0, 0, is_last=False))


@given(
    bundles=st.lists(st.lists(FLOATS, max_size=4), max_size=6),
    order=st.randoms(use_true_random=False),
)
def test_any_bundling_and_order_gives_the_plain_statistic(bundles, order):
    states = []
    for bundle in bundles:
        step = _Accumulate(Moments(), values_of)
        step.start_bundle()
        for values in bundle:
            assert list(step.process(batch_of(values))) == []
        (windowed,) = step.finish_bundle()
        states.append(windowed.value)
    order.shuffle(states)
    combine = _Merge(Moments())
    cut = len(states) // 2
    accumulators = []
    for part in (states[:cut], states[cut:]):
        accumulator = combine.create_accumulator()
        for state in part:
            accumulator = combine.add_input(accumulator, state)
        accumulators.append(accumulator)
    result = Moments().finish(combine.merge_accumulators(accumulators))
    expected = plain(pa.array(values, pa.float64()) for bundle in bundles for values in bundle)
    assert result.n == expected.n
    if expected.n:
        assert (result.mean, result.std) == (expected.mean, expected.std)
    else:
        assert math.isnan(result.mean)


@pytest.mark.parametrize("workers", [1, 3])
def test_a_real_run_gives_the_same_bits(tmp_path, workers):
    batches = [batch_of([0.1 * i, 1e9 / (i + 1), -i]) for i in range(40)]

    def build(root):
        elements = root | beam.Create(range(40)) | beam.Reshuffle()
        made = elements | beam.Map(lambda i: batches[i]).with_output_types(pa.RecordBatch)
        result, reports = made | Compute("moments", Moments(), values_of, summary)
        return (result, *reports)

    runner = InProcessRunner(InProcessOptions(workers=workers))
    report = run_pass(runner, str(tmp_path), "test", build)
    expected = plain(batch.column(0) for batch in batches)
    assert report["moments"] == [[expected.n, expected.mean, expected.std]]
