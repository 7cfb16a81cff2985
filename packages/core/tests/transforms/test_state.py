import pytest

from headrace.transforms.state import number_in, numbers_in, texts_in


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [
        (True, TypeError, "True is no number"),
        ("1", TypeError, "'1' is no number"),
        (None, TypeError, "None is no number"),
        (float("nan"), ValueError, "nan is not finite"),
        (float("-inf"), ValueError, "-inf is not finite"),
        (10**400, ValueError, "is not finite"),
    ],
)
def test_a_number_is_a_finite_one(value, error, said):
    with pytest.raises(error, match=said):
        number_in({"x": value}, "x")
    with pytest.raises(error, match=said):
        numbers_in({"x": [1, value]}, "x")


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [
        ("ab", TypeError, "x is str; wanted a list"),
        (None, TypeError, "x is NoneType; wanted a list"),
        ([1], TypeError, "1 is no text"),
        (["a", "a"], ValueError, "x holds a text twice"),
        ([None, None], ValueError, "x holds a text twice"),
        (["\ud800"], ValueError, "surrogates not allowed"),
    ],
)
def test_texts_are_different_ones_or_null(value, error, said):
    with pytest.raises(error, match=said):
        texts_in({"x": value}, "x")


def test_what_is_there_is_returned():
    assert number_in({"x": 3}, "x") == 3.0
    assert numbers_in({"x": [1, 2.5]}, "x") == (1.0, 2.5)
    assert texts_in({"x": ["b", None, "a"]}, "x") == ("b", None, "a")
    with pytest.raises(KeyError):
        texts_in({}, "x")
