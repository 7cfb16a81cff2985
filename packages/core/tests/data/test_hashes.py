from datetime import date, datetime, time
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from headrace.data.hashes import hash_rows, scatter_rows

COLUMNS = {
    "int8": pa.array([1, None, -1], pa.int8()),
    "uint64": pa.array([2**64 - 1, None, 0], pa.uint64()),
    "bool": pa.array([True, None, False]),
    "half": pa.array(np.array([1, 2, -0.0], np.float16)),
    "double": pa.array([0.0, None, -0.0]),
    "nan": pa.array([float("nan"), None, 0.0]),
    "string": pa.array(["a", None, ""]),
    "dictionary": pa.array(["a", None, ""]).dictionary_encode(),
    "nulls": pa.array([None, None, None], pa.string()),
    "date": pa.array([date(2026, 1, 1), None, date(1969, 1, 1)]),
    "time": pa.array([time(12), None, time(0)], pa.time32("s")),
    "timestamp": pa.array([datetime(2026, 1, 1), None, datetime(1970, 1, 1)]),  # noqa: DTZ001
    "decimal": pa.array([Decimal("1.5"), None, Decimal(0)]),
    "list of texts": pa.array([b"\x61", None, b""]),
}


@pytest.mark.parametrize("hash_", [hash_rows, scatter_rows])
@pytest.mark.parametrize("name", COLUMNS)
def test_values_that_differ_have_other_hashes_and_a_row_alone_the_same(hash_, name):
    batch = pa.record_batch({"x": COLUMNS[name]})
    hashes = hash_(batch)
    values = {repr(value) for value in COLUMNS[name].to_pylist()}
    assert len(set(hashes.tolist())) == len(values)
    alone = [int(hash_(batch.slice(row, 1))[0]) for row in range(3)]
    assert alone == hashes.tolist()


@pytest.mark.parametrize("hash_", [hash_rows, scatter_rows])
def test_columns_that_change_places_give_other_hashes(hash_):
    left, right = pa.array([1]), pa.array([2])
    one = hash_(pa.record_batch({"x": left, "z": right}))
    other = hash_(pa.record_batch({"x": right, "z": left}))
    assert one.tolist() != other.tolist()


@pytest.mark.parametrize("hash_", [hash_rows, scatter_rows])
def test_doubles_of_few_digits_scatter_too(hash_):
    x, z = np.meshgrid(np.arange(256.0), np.arange(256.0))
    hashes = hash_(pa.record_batch({"x": pa.array(x.ravel()), "z": pa.array(z.ravel())}))
    assert len(np.unique(hashes)) == 256 * 256
    assert np.bincount((hashes >> np.uint64(60)).astype(int)).min() > 256 * 256 / 16 * 0.9


def test_the_hashes_of_rows_never_change():
    batch = pa.record_batch({name: COLUMNS[name] for name in ("int8", "double", "string", "date")})
    assert hash_rows(batch).tolist() == [
        16972450575849278170,
        1628331272292569492,
        7913550118577892166,
    ]
    assert scatter_rows(batch).tolist() == [
        1841115256647240079,
        5486913612008150243,
        6155431558344528925,
    ]
