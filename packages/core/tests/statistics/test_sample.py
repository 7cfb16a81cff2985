from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.statistics import RowSample, SampleItem

SIZE = 5
values = st.one_of(st.none(), st.floats(-3, 3, width=16), st.just(float("nan")))
texts = st.one_of(st.none(), st.sampled_from(["", "a", "b", "ä"]))
tables = st.lists(st.tuples(st.integers(0, 12), values, texts), max_size=40)


def item(rows):
    numbers = [number for number, _, _ in rows]
    batch = pa.record_batch(
        {
            "x": pa.array([value for _, value, _ in rows], pa.float64()),
            "s": pa.array([text for _, _, text in rows], pa.string()),
        }
    )
    return SampleItem(batch, np.array(numbers, np.uint64))


def sampled(statistic, *tables):
    state = statistic.zero()
    for rows in tables:
        state = statistic.add(state, item(rows))
    return statistic.finish(state)


def content(sample):
    """Return all there is of a sample, and its bytes as they are written."""
    if sample.rows is None:
        return sample.bound
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, sample.rows.schema) as writer:
        writer.write_batch(sample.rows)
    written = bytes(sink.getvalue())
    return written, sample.order.tolist(), sample.content.tolist(), sample.bound


@given(tables, st.data())
def test_no_order_cut_or_tree_of_merges_changes_the_sample(rows, data):
    statistic = RowSample(SIZE)
    wanted = content(sampled(statistic, rows))
    shuffled = data.draw(st.permutations(rows))
    places = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=4)))
    cuts = [0, *places, len(rows)]
    states = [
        statistic.add(statistic.zero(), item(shuffled[start:end])) for start, end in pairwise(cuts)
    ] + [statistic.zero()]
    while len(states) > 1:
        left = states.pop(data.draw(st.integers(0, len(states) - 1)))
        right = states.pop(data.draw(st.integers(0, len(states) - 1)))
        states.append(statistic.merge(left, right))
    assert content(statistic.finish(states[0])) == wanted


@given(tables)
def test_the_sample_is_the_rows_with_the_least_numbers(rows):
    sample = sampled(RowSample(SIZE), rows)
    assert sample.order.tolist() == sorted(number for number, _, _ in rows)[:SIZE]


@given(tables, tables)
def test_rows_taken_out_and_added_again_give_the_same_sample(rows, removed):
    statistic = RowSample(SIZE)
    state = sampled(statistic, rows, removed)
    gone = sampled(statistic, removed)
    rest = statistic.without(state, gone)
    assert content(statistic.finish(statistic.merge(rest, gone))) == content(state)


def test_rows_taken_out_are_gone_and_equal_ones_stay():
    statistic = RowSample(SIZE)
    rows = [(1, 0.5, "a"), (1, 0.5, "a"), (2, None, "b"), (3, 1.5, None)]
    rest = statistic.without(sampled(statistic, rows), sampled(statistic, [rows[0], rows[2]]))
    assert rest.rows.to_pylist() == [{"x": 0.5, "s": "a"}, {"x": 1.5, "s": None}]


def test_after_rows_were_taken_out_no_other_moves_up_to_where_nobody_knows_all_rows():
    statistic = RowSample(2)
    state = sampled(statistic, [(1, 0.0, ""), (2, 0.0, ""), (3, 0.0, "")])
    rest = statistic.without(state, sampled(statistic, [(1, 0.0, "")]))
    more = statistic.merge(rest, sampled(statistic, [(4, 0.0, "")]))
    assert more.order.tolist() == [2]


def test_a_thousand_equal_rows_cost_no_more_than_the_sample():
    statistic = RowSample(SIZE)
    state = statistic.add(statistic.zero(), item([(7, 1.0, "a")] * 1_000))
    assert state.rows.num_rows == SIZE


@pytest.mark.parametrize(
    ("one", "other"),
    [(0.0, -0.0), (None, 0.0), (float("nan"), None)],
    ids=["zeros of two signs", "null and 0", "NaN and null"],
)
def test_rows_with_one_number_are_sorted_by_their_content(one, other):
    statistic = RowSample(1)
    there = sampled(statistic, [(1, one, "a"), (1, other, "a")])
    back = sampled(statistic, [(1, other, "a"), (1, one, "a")])
    assert content(there) == content(back)


def test_dictionaries_and_what_lies_beside_null_leave_no_trace():
    statistic = RowSample(SIZE)
    plain = pa.record_batch({"x": pa.array([None, 2], pa.int32()), "s": pa.array(["a", "b"])})
    beside_null = pa.Array.from_buffers(
        pa.int32(), 2, [pa.py_buffer(b"\x02"), pa.py_buffer(np.array([9, 2], np.int32).tobytes())]
    )
    encoded = pa.DictionaryArray.from_arrays(pa.array([1, 0]), pa.array(["b", "a", "never"]))
    other = pa.record_batch({"x": beside_null, "s": encoded})
    order = np.array([1, 2], np.uint64)
    assert content(
        statistic.finish(statistic.add(statistic.zero(), SampleItem(plain, order)))
    ) == content(statistic.finish(statistic.add(statistic.zero(), SampleItem(other, order))))
