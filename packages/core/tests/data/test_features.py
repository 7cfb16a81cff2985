import numpy as np

from headrace.data.features import Feature, Features


def features(*columns):
    named = tuple(Feature(f"x{place}", values) for place, values in enumerate(columns))
    return Features(named, len(columns[0]))


def test_the_matrix_is_row_major_and_float32():
    matrix = features(np.array([1.0, 2.0, np.nan]), np.array([4, 5, 6], np.float32)).matrix()
    assert matrix.dtype == np.float32
    assert matrix.flags.c_contiguous
    np.testing.assert_array_equal(matrix, np.float32([[1, 4], [2, 5], [np.nan, 6]]))


def test_no_rows_make_a_matrix_of_no_rows():
    assert features(np.array([]), np.array([])).matrix().shape == (0, 2)


def test_a_magnitude_beyond_float32_becomes_the_greatest_whatever_its_neighbours():
    greatest = np.finfo(np.float32).max
    values = np.array([1e300, -1e300, np.inf, 0.1, np.nan])
    together = features(values).matrix()
    np.testing.assert_array_equal(
        together[:, 0], np.float32([greatest, -greatest, np.inf, 0.1, np.nan])
    )
    alone = [features(values[row : row + 1]).matrix() for row in range(len(values))]
    np.testing.assert_array_equal(together, np.concatenate(alone))
