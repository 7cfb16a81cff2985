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
from headrace_xgb.model import XgbModel
from headrace_xgb.pipeline import boost

N_ROWS = 2_000


@pytest.fixture(scope="module")
def trained(rows):
    return rows(N_ROWS)


@pytest.fixture(scope="module")
def features(trained):
    return trained.rows.features


@pytest.fixture(scope="module", params=["regression", "binary"])
def model(request, rows, params):
    kind = request.param
    return boost(rows(N_ROWS, binary=kind == "binary"), params(objective=kind), 1).model


def between(features, start, stop):
    number = np.arange(features.n_rows)
    return features.rows((number >= start) & (number < stop))


def with_codes(features, codes):
    *numbers, color = features.columns
    values = np.full(features.n_rows, codes, np.float32)
    return Features((*numbers, Feature(color.name, values, color.n_categories)), features.n_rows)


def test_predictions_are_float32(model, features):
    predictions = model.predict(features)
    assert predictions.type == pa.float32()
    assert len(predictions) == N_ROWS
    assert predictions.null_count == 0


def test_predictions_of_a_binary_target_are_probabilities(rows, params, trained):
    binary = rows(N_ROWS, binary=True)
    model = boost(binary, params(objective="binary"), 1).model
    probability = model.predict(trained.rows.features).to_numpy()
    assert probability.min() > 0
    assert probability.max() < 1
    assert ((probability > 0.5) == (binary.rows.target == 1)).mean() > 0.9


def test_no_rows_have_no_predictions(model, features):
    assert model.predict(between(features, 0, 0)).equals(pa.array([], pa.float32()))


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


def test_several_threads_share_a_model(model, features):
    wanted = model.predict(features)
    fresh = XgbModel.from_state(model.state())
    with ThreadPoolExecutor(8) as executor:
        predictions = executor.map(fresh.predict, [features] * 200)
    assert all(prediction.equals(wanted) for prediction in predictions)


def test_a_reloaded_model_is_the_same(model, features):
    reloaded = XgbModel.from_state(model.state())
    assert reloaded.predict(features).equals(model.predict(features))
    assert reloaded.state() == model.state()


def test_the_state_is_xgboosts_own_format_and_says_what_the_features_are(model):
    state = model.state()
    description = json.loads(state["xgb.json"])
    assert sorted(state) == ["model.ubj", "xgb.json"]
    assert description["objective"] == model.objective
    assert description["features"] == [
        {"name": "x", "n_categories": None},
        {"name": "gap", "n_categories": None},
        {"name": "color", "n_categories": 12},
    ]


def test_a_category_makes_a_difference_and_an_unknown_one_is_missing(model, features):
    some = between(features, 0, 200)
    known = {model.predict(with_codes(some, code)).to_numpy().tobytes() for code in (0, 1, 2)}
    assert len(known) == 3
    missing = model.predict(with_codes(some, np.nan)).to_numpy()
    assert np.isfinite(missing).all()


def test_a_number_beyond_float32_counts_as_its_greatest(model):
    def columns(x):
        values = [Feature("x", np.array([x])), Feature("gap", np.array([0.0]))]
        return Features((*values, Feature("color", np.zeros(1, np.float32), 12)), 1)

    assert model.predict(columns(1e300)).equals(model.predict(columns(3e38)))
    assert model.predict(columns(-1e300)).equals(model.predict(columns(-3e38)))


def changed(state, **changes):
    return state | {"xgb.json": json.dumps(json.loads(state["xgb.json"]) | changes).encode()}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda _: {}, "KeyError: 'xgb.json'"),
        (lambda state: {"xgb.json": state["xgb.json"]}, "KeyError: 'model.ubj'"),
        (lambda state: state | {"xgb.json": b"{"}, "JSONDecodeError"),
        (lambda state: state | {"xgb.json": b"[]"}, "TypeError"),
        (lambda state: changed(state, format="v0"), "format is 'v0'"),
        (lambda state: changed(state, features=["x"]), "TypeError"),
        (lambda state: changed(state, objective="ranking"), "KeyError: 'ranking'"),
        (lambda state: state | {"model.ubj": b""}, "model.ubj is not the one that belongs to it"),
        (
            lambda state: state | {"model.ubj": state["model.ubj"][:-1]},
            "model.ubj is not the one that belongs to it",
        ),
        (
            lambda state: changed(state, booster=sha256(b"{}")) | {"model.ubj": b"{}"},
            "KeyError: 'learner'",
        ),
        (
            lambda state: changed(state, features=json.loads(state["xgb.json"])["features"][:2]),
            "num_feature is '3'; wanted 2",
        ),
    ],
)
def test_a_damaged_state_is_a_model_error(model, damage, message):
    with pytest.raises(ModelError) as caught:
        XgbModel.from_state(damage(model.state()))
    assert caught.value.what.startswith("The XGBoost model's xgb.json is damaged: ")
    assert message in caught.value.what
    assert "\n" not in caught.value.what


def test_a_booster_of_another_objective_is_a_model_error(rows, params):
    state = boost(rows(100), params(), 1).model.state()
    with pytest.raises(ModelError, match="objective is reg:squarederror; wanted binary:logistic"):
        XgbModel.from_state(changed(state, objective="binary"))


def test_the_summary_ranks_the_features_by_gain(model):
    summary = model.summary()
    (table,) = summary.tables
    assert table.columns == ("feature", "total gain", "splits")
    assert sorted(row[0] for row in table.rows) == sorted(model.names)
    gains = [row[1] for row in table.rows]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] > 0
    assert summary.facts["n_trees"] > 0
