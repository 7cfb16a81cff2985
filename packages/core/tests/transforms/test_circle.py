import math

import numpy as np
import pytest

from headrace.transforms.circle import circle


def test_the_quarters_are_exact():
    assert circle(4).tolist() == [[0, 1], [1, 0], [0, -1], [-1, 0]]
    assert not np.signbit(circle(4)[circle(4) == 0]).any()


def test_halves_and_roots_are_rounded_correctly():
    assert circle(12)[1].tolist() == [0.5, math.sqrt(0.75)]
    assert circle(8)[1].tolist() == [math.sqrt(0.5), math.sqrt(0.5)]


@pytest.mark.parametrize("n", [7, 12, 24, 31, 60, 366])
def test_the_points_are_those_of_the_mathematical_library_but_for_the_last_bits(n):
    angles = 2 * np.pi * np.arange(n) / n
    assert np.allclose(circle(n), np.column_stack([np.sin(angles), np.cos(angles)]), atol=1e-15)


@pytest.mark.parametrize("n", [7, 12, 24, 31, 60, 366])
def test_a_turn_backwards_is_the_mirror_to_the_bit(n):
    mirrored = circle(n)[1:][::-1] * [-1, 1]
    assert np.array_equal(circle(n)[1:], mirrored)
