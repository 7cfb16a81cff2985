import pyarrow as pa
import pytest

from headrace.testing.bits import difference

NAN = float("nan")


@pytest.mark.parametrize("values", [[1.0, -0.0, NAN], []])
def test_equal_bits_have_no_difference(values):
    assert difference(pa.array(values, pa.float64()), pa.array(values, pa.float64())) == ""


def test_the_sign_of_zero_is_a_difference():
    assert "1 of 2 predictions differ; the first is row 1" in difference(
        pa.array([1.0, 0.0]), pa.array([1.0, -0.0])
    )


def test_type_and_number_are_differences():
    assert "the type is float; wanted double" in difference(
        pa.array([1.0], pa.float32()), pa.array([1.0])
    )
    assert "there are 1 predictions; wanted 2" in difference(pa.array([1.0]), pa.array([1.0, 2.0]))


def test_slices_are_compared_by_their_rows():
    assert difference(pa.array([9.0, 1.0, 2.0]).slice(1), pa.array([1.0, 2.0])) == ""
