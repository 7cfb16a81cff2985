"""Bytes as accidents and attackers make them of good ones."""

import json
from copy import deepcopy

from hypothesis import strategies as st

_ODD = [
    *("", "a", "\0", "../../etc/passwd", "\N{GRINNING FACE}", "x" * 70_000, "NaN"),
    *(0, -1, 1, 2**31, 2**63, -(2**64), 10**400, 0.5, -0.0, 1e308, 5e-324),
    *(None, True, [], {}, [[]], [None] * 1_000, {"": None}, {"format": "headrace/bundle/v9"}),
]
_TEXTS = [
    *(b"NaN", b"-Infinity", b"1e999", b"9" * 5_000, b"[" * 100_000, b'{"a":' * 100_000),
    *(b'"\\ud800"', b'"\\u0000"', b'"\xff"', b'{"a":1,"a":2}', b"\xef\xbb\xbf{}", b"01", b"'a'"),
]


@st.composite
def damaged(draw, seed):
    """Return a file cut off, with flipped bits, or with parts that are elsewhere or nowhere."""
    data = bytearray(seed)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        way = draw(st.sampled_from(["cut", "flip", "put", "remove", "repeat", "number"]))
        length = draw(st.integers(1, 64))
        if way == "cut":
            del data[place:]
        elif way == "flip" and data:
            data[place] ^= 1 << draw(st.integers(0, 7))
        elif way == "put":
            data[place:place] = draw(st.binary(min_size=1, max_size=16))
        elif way == "remove":
            del data[place : place + length]
        elif way == "repeat":
            data[place:place] = data[place : place + length] * draw(st.integers(1, 50))
        else:
            number = draw(st.sampled_from([0, 1, 255, 2**16 - 1, 2**31 - 1, 2**63 - 1, 2**64 - 1]))
            width = draw(st.sampled_from([1, 2, 4, 8]))
            order = draw(st.sampled_from(["big", "little"]))
            data[place : place + width] = (number % 2 ** (8 * width)).to_bytes(width, order)
    return bytes(data)


@st.composite
def other_json(draw, seed):
    """Return a JSON document with something else in one or two places."""
    value = json.loads(seed)
    text = None
    for _ in range(draw(st.integers(1, 2))):
        places = list(_places(value))
        parent, key = draw(st.sampled_from(places))
        way = draw(st.sampled_from(["value", "value", "remove", "text", "copy"]))
        if way == "value":
            parent[key] = deepcopy(draw(st.sampled_from(_ODD)))
        elif way == "remove":
            del parent[key]
        elif way == "copy":
            other, other_key = draw(st.sampled_from(places))
            if other is not parent and key in _keys(parent) and other_key in _keys(other):
                parent[key] = json.loads(json.dumps(other[other_key]))
        else:
            parent[key] = "\x01HERE"
            text = draw(st.sampled_from(_TEXTS))
        if not list(_places(value)):
            break
    data = json.dumps(value).encode()
    return data if text is None else data.replace(b'"\\u0001HERE"', text)


def _keys(parent):
    return parent if isinstance(parent, dict) else range(len(parent))


def _places(value):
    if isinstance(value, dict | list):
        for key in list(_keys(value)):
            yield value, key
            yield from _places(value[key])
