import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from headrace_xgb.model import XgbModel
from headrace_xgb.pipeline import boost
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.contracts.digests import sha256
from headrace.data.features import Feature, Features
from headrace.errors import ModelError

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module", params=["regression", "binary"])
def fitted(request):
    """A model with the rows it was fitted on."""
    from conftest import Rows, make_params, make_rows  # noqa: PLC0415

    rows = make_rows(2_000, binary=request.param == "binary")
    return boost(Rows(rows), make_params(objective=request.param), 1).model, rows.features
