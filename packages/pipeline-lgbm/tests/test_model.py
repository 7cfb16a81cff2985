import itertools
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.contracts.digests import sha256
from headrace.data.features import Feature, Features
from headrace.errors import ModelError
from headrace_lgbm.model import LgbmModel
from headrace_lgbm.pipeline import boost

N_ROWS = 2_000


@pytest.fixture(scope="module")
def features(rows):
    return rows(N_ROWS).rows.features


@pytest.fixture(scope="module", params=["regression", "binary"])
def model(request, rows, params):
    kind = request.param
    return boost(rows(N_ROWS, binary=kind == "binary"), params(objective=kind), 1).model


def between(features, start, stop):
    number = np.arange(features.n_rows)
    return features.rows((number >= start) & (number < stop))


def in_precision(features, dtype):
    columns = [
        Feature(column.name, column.values.astype(dtype), column.n_categories)
        for column in features.columns
    ]
    return Features(tuple(columns), features.n_rows)


def test_predictions_are_float64(model, features):
    predictions = model.predict(features)
    assert predictions.type == pa.float64()
    assert len(predictions) == N_ROWS
    assert predictions.null_count == 0


def test_predictions_of_a_binary_target_are_probabilities(rows, params, features):
    binary = rows(N_ROWS, binary=True)
    model = boost(binary, params(objective="binary", rounds=50), 1).model
    probability = model.predict(features).to_numpy()
    assert probability.min() > 0
    assert probability.max() < 1
    assert ((probability > 0.5) == (binary.rows.target == 1)).mean() > 0.9


def test_no_rows_have_no_predictions(model, features):
    assert model.predict(between(features, 0, 0)).equals(pa.array([], pa.float64()))


def test_row_by_row_gives_the_same_bits(model, features):
    one_by_one = [model.predict(between(features, row, row + 1)) for row in range(300)]
    assert pa.concat_arrays(one_by_one).equals(model.predict(between(features, 0, 300)))


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(0, N_ROWS), max_size=8))
def test_any_cut_into_batches_gives_the_same_bits(model, features, cuts):
    bounds = [0, *sorted(cuts), N_ROWS]
    parts = [
        model.predict(between(features, start, stop)) for start, stop in itertools.pairwise(bounds)
    ]
    assert pa.concat_arrays(parts).equals(model.predict(features))


def test_float32_and_the_same_numbers_in_float64_give_the_same_bits(model, features):
    narrow = in_precision(features, np.float32)
    assert model.predict(narrow).equals(model.predict(in_precision(narrow, np.float64)))


def test_a_number_that_float32_cannot_hold_makes_a_difference(column, params):
    seconds = 1_700_000_000 + np.repeat(np.arange(20.0), 10)
    model = boost(column(seconds, seconds > seconds[99]), params(rounds=50), 1).model
    predictions = model.predict(column(seconds[99:101], [0, 1]).rows.features).to_numpy()
    assert predictions == pytest.approx([0, 1], abs=0.05)


def test_several_threads_share_a_model(model, features):
    wanted = model.predict(features)
    fresh = LgbmModel.from_state(model.state())
    with ThreadPoolExecutor(8) as executor:
        predictions = executor.map(fresh.predict, [features] * 200)
    assert all(prediction.equals(wanted) for prediction in predictions)


def test_a_reloaded_model_is_the_same(model, features):
    reloaded = LgbmModel.from_state(model.state())
    assert reloaded.predict(features).equals(model.predict(features))
    assert reloaded.state() == model.state()


def test_the_state_is_lightgbms_own_text_and_says_what_the_features_are(model):
    state = model.state()
    description = json.loads(state["lgbm.json"])
    assert sorted(state) == ["lgbm.json", "model.txt"]
    assert state["model.txt"].startswith(b"tree\nversion=v4\n")
    assert description["objective"] == model.objective
    assert description["features"] == [
        {"name": "x", "n_categories": None},
        {"name": "gap", "n_categories": None},
        {"name": "color", "n_categories": 12},
    ]


def changed(state, **changes):
    return state | {"lgbm.json": json.dumps(json.loads(state["lgbm.json"]) | changes).encode()}


def with_text(state, text):
    return changed(state, booster=sha256(text)) | {"model.txt": text}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda _: {}, "KeyError: 'lgbm.json'"),
        (lambda state: {"lgbm.json": state["lgbm.json"]}, "KeyError: 'model.txt'"),
        (lambda state: state | {"lgbm.json": b"{"}, "JSONDecodeError"),
        (lambda state: state | {"lgbm.json": b"[]"}, "TypeError"),
        (lambda state: changed(state, format="v0"), "format is 'v0'"),
        (lambda state: changed(state, features=["x"]), "TypeError"),
        (lambda state: changed(state, objective="ranking"), "KeyError: 'ranking'"),
        (lambda state: changed(state, objective="?"), "KeyError: '?'"),
        (
            lambda state: state | {"model.txt": state["model.txt"][:-1]},
            "model.txt is not the one that belongs to it",
        ),
        (lambda state: with_text(state, b"\xff"), "UnicodeDecodeError"),
        (lambda state: with_text(state, b"{}"), "it does not go from 'tree' to 'end of trees'"),
        (
            lambda state: with_text(state, state["model.txt"].replace(b"feature_infos", b"other")),
            "LightGBMError: ",
        ),
        (
            lambda state: changed(state, features=json.loads(state["lgbm.json"])["features"][:2]),
            "max_feature_idx is 2; wanted 1",
        ),
    ],
)
def test_a_damaged_state_is_a_model_error(model, damage, message):
    with pytest.raises(ModelError) as caught:
        LgbmModel.from_state(damage(model.state()))
    assert caught.value.what.startswith("The LightGBM model is damaged: ")
    assert message in caught.value.what
    assert "\n" not in caught.value.what


def test_a_booster_of_another_objective_is_a_model_error(rows, params):
    state = boost(rows(100), params(), 1).model.state()
    with pytest.raises(ModelError, match="objective is regression; wanted binary sigmoid:1"):
        LgbmModel.from_state(changed(state, objective="binary"))


def test_the_summary_ranks_the_features_by_gain(model):
    summary = model.summary()
    (table,) = summary.tables
    assert table.columns == ("feature", "total gain", "splits")
    assert sorted(row[0] for row in table.rows) == sorted(model.names)
    gains = [row[1] for row in table.rows]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] > 0
    assert summary.facts["n_trees"] > 0
