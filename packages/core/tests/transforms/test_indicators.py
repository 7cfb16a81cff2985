import numpy as np

from headrace.transforms.indicators import indicators


def test_a_column_says_where_its_code_is_and_code_0_has_none():
    got = indicators(np.array([0, 2, 1, 2]), 2)
    assert got.tolist() == [[0, 0, 1, 0], [0, 1, 0, 1]]
    assert got.dtype == np.float64


def test_without_codes_or_rows_there_is_an_empty_block():
    assert indicators(np.array([0, 0]), 0).shape == (0, 2)
    assert indicators(np.array([], np.int64), 3).shape == (3, 0)
