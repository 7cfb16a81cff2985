import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.contracts.json_text import JSON_DEPTH, parse_json

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values, st.booleans())
def test_what_json_writes_is_read_back(value, ascii_only):
    text = json.dumps(value, ensure_ascii=ascii_only)
    if "\\ud" not in text or ascii_only:
        assert parse_json(text.encode("utf-8", "surrogatepass")) == value


@given(st.binary(max_size=60) | st.text('[]{}",:\\0e.N\u00e4', max_size=60).map(str.encode))
def test_whatever_is_read_is_json_or_a_value_error(data):
    try:
        value = parse_json(data)
    except ValueError:
        return
    assert json.loads(data.decode()) == value


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"a": 1, "b": 2, "a": 3}', "an object has 'a' twice"),
        (b"[NaN]", "NaN is no number of JSON"),
        (b"[-Infinity]", "-Infinity is no number of JSON"),
        (b"[1e999]", "1e999 is too great a number"),
        (b"9" * 5_000, "digits"),
        ('"ä"'.encode("latin-1"), "utf-8"),
        ('{"a": 1}'.encode("utf-16"), "utf-8"),
        (rb'"\ud800"', "surrogates not allowed"),
        (b"[" * (JSON_DEPTH + 1), "nested more than 64 levels deep"),
        (b'{"a":' * 100_000, "nested more than 64 levels deep"),
    ],
)
def test_what_is_no_json_is_told(data, message):
    with pytest.raises(ValueError, match=message):
        parse_json(data)


def test_a_surrogate_pair_is_a_character():
    assert parse_json(rb'"\ud83d\ude00"') == "\N{GRINNING FACE}"


def test_brackets_in_texts_are_no_levels():
    assert parse_json(json.dumps("[" * 1_000 + '"' + "{" * 1_000).encode()).count("[") == 1_000


@pytest.mark.parametrize("data", [b'"' + rb"\"" * 500_000, b'"a' * 500_001, b"\\" * 1_000_000])
def test_no_text_takes_long(data):
    started = time.process_time()
    with pytest.raises(ValueError, match=r"."):
        parse_json(data)
    assert time.process_time() - started < 10  # a text that is gone through twice takes hours
