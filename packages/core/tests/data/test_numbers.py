import numpy as np
import pyarrow as pa
import pytest

from headrace.data.kinds import Kind, kind_of
from headrace.data.numbers import is_missing, numbers

NAN = float("nan")


@pytest.mark.parametrize(
    ("column", "wanted", "dtype"),
    [
        (pa.array([1.5, None]), [1.5, NAN], np.float64),
        (pa.array([1.5, None], pa.float32()), [1.5, NAN], np.float32),
        (pa.array([1.5, 2.0], pa.float16()), [1.5, 2.0], np.float64),
        (pa.array([1, None], pa.int8()), [1.0, NAN], np.float64),
        (pa.array([2**53 + 1]), [2.0**53], np.float64),
        (pa.array([2**64 - 1], pa.uint64()), [2.0**64], np.float64),
        (pa.array([True, False, None]), [1.0, 0.0, NAN], np.float64),
        (pa.array([3, None, 3]).dictionary_encode(), [3.0, NAN, 3.0], np.float64),
        (pa.nulls(2, pa.float64()), [NAN, NAN], np.float64),
        (pa.array([], pa.int64()), [], np.float64),
    ],
)
def test_numeric_columns_become_floats_with_null_as_nan(column, wanted, dtype):
    got = numbers(column)
    np.testing.assert_array_equal(got, np.array(wanted, dtype))
    assert got.dtype == dtype


def test_a_column_of_floats_without_nulls_shares_arrows_memory():
    column = pa.array(np.arange(10.0))
    assert numbers(column).ctypes.data == column.buffers()[1].address
    assert numbers(column.slice(3)).tolist() == list(range(3, 10))


def test_null_and_nan_are_missing_and_an_empty_text_is_not():
    assert is_missing(pa.array([1.0, None, NAN])).tolist() == [False, True, True]
    assert is_missing(pa.array(["", None])).tolist() == [False, True]


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        (pa.int8(), Kind.NUMBER),
        (pa.uint64(), Kind.NUMBER),
        (pa.float32(), Kind.NUMBER),
        (pa.bool_(), Kind.NUMBER),
        (pa.string(), Kind.CATEGORY),
        (pa.large_string(), Kind.CATEGORY),
        (pa.string_view(), Kind.CATEGORY),
        (pa.dictionary(pa.int32(), pa.string()), Kind.CATEGORY),
        (pa.dictionary(pa.int32(), pa.int64()), Kind.NUMBER),
        (pa.timestamp("us", "UTC"), Kind.TIMESTAMP),
        (pa.date32(), Kind.TIMESTAMP),
        (pa.binary(), Kind.OTHER),
        (pa.list_(pa.int64()), Kind.OTHER),
        (pa.decimal128(10, 2), Kind.OTHER),
        (pa.null(), Kind.OTHER),
    ],
)
def test_kinds_of_types(type_, kind):
    assert kind_of(type_) is kind
