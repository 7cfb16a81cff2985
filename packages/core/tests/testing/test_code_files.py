import base64
import gzip
import io
import json
import marshal
import pickle
import zipfile
import zlib
from collections import OrderedDict
from importlib.util import MAGIC_NUMBER

import numpy as np
import pytest

from headrace.testing.code_files import why_code

VALUE = OrderedDict(x=[1.0, 2.0])


def zipped(**members):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return sink.getvalue()


def saved(array):
    sink = io.BytesIO()
    np.save(sink, array, allow_pickle=True)
    return sink.getvalue()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles_of_every_protocol_are_found(protocol):
    assert "is a pickle" in why_code("state.bin", pickle.dumps(VALUE, protocol))


@pytest.mark.parametrize(
    ("path", "data", "why"),
    [
        ("model.pkl", b"", "the ending .pkl"),
        ("folder/MODEL.JobLib", b"", "the ending .joblib"),
        ("model.py", b"x = 1", "the ending .py"),
        ("a", gzip.compress(pickle.dumps(VALUE)), "is compressed, and unpacked is a pickle"),
        ("a", zlib.compress(pickle.dumps(VALUE)), "is compressed, and unpacked is a pickle"),
        ("a", zipped(data__pkl=b"x"), "an archive whose data.pkl has the ending .pkl"),
        ("a", zipped(data=pickle.dumps(VALUE)), "an archive whose data is a pickle"),
        (
            "a.json",
            json.dumps(base64.b64encode(pickle.dumps(VALUE, 4)).decode()).encode(),
            "holds a pickle in base64",
        ),
        ("a.npy", saved(np.array([{}], object)), "NumPy file of Python objects"),
        ("a", MAGIC_NUMBER + marshal.dumps(compile("1", "", "eval")), "is Python bytecode"),
        ("a", b"\x7fELF\x02\x01", "is an ELF library"),
    ],
)
def test_code_and_hidden_pickles_are_found(path, data, why):
    assert why in why_code(path, data)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("model.json", b'{"x": 1.5}'),
        ("model.json", b"3"),
        ("model.txt", b"tree\nversion=v4\n."),
        ("model.ubj", b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner{"),
        ("model.npy", saved(np.arange(3.0))),
        ("model.npz", zipped(a__npy=saved(np.arange(3.0)))),
        ("model.json.gz", gzip.compress(b'{"x": 1.5}')),
        ("x", b"x is no zlib stream"),
        ("empty", b""),
    ],
)
def test_open_formats_are_no_code(path, data):
    assert why_code(path, data) == ""
