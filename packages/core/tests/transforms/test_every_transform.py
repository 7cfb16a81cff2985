"""What holds for all built-in transforms: what is missing or new, states, neighbours."""

import json
import math
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.contracts.digests import canonical_json
from headrace.contracts.params import SupervisedParams
from headrace.data.kinds import Kind, kind_of
from headrace.errors import RequestError
from headrace.models import Bundle, Column, Preparation, SupervisedPipeline, Task
from headrace.models.preparation import Chain
from headrace.plugins import discover
from headrace.runtime.columns import ReadColumns, columns_to_train, columns_with_bundle

NAN, INF = math.nan, math.inf
BAD, MISSING, REFUSED = "a bad row", "missing", "refused before any work"
PLUGINS = discover()
NUMBERS = pa.array([1.0, 2.0, 3.0, 4.0, 5.0])
TEXTS = pa.array(["a", "b", "b", "c", "b"])
MOMENTS = pa.array([0, 1, 2, 3, 4], pa.timestamp("s"))
ODD_NUMBERS = {"null": None, "nan": NAN, "inf": INF, "-inf": -INF}


@dataclass(frozen=True)
class Case:
    """Transforms of a column, and what becomes of values that are missing, infinite or new.

    An outcome is the row's values; `MISSING` are NaN for a model that takes them, and a bad row
    for one that does not; `REFUSED` is the same, but that the latter is refused.
    """

    steps: list
    training: pa.Array
    outcomes: dict
    odd: dict = field(default_factory=lambda: ODD_NUMBERS)


INFINITE = {"inf": BAD, "-inf": BAD}
STAYS = {"null": MISSING, "nan": MISSING, **INFINITE}
TEXT = {"null": None, "unknown": "never seen"}
CASES = {
    "nothing": Case([], NUMBERS, STAYS),
    "standardize": Case(["standardize"], NUMBERS, STAYS),
    "robust_scale": Case(
        ["robust_scale"], NUMBERS, STAYS | {"new": [2.0]}, ODD_NUMBERS | {"new": 7}
    ),
    "min_max": Case(["min_max"], NUMBERS, STAYS | {"new": [2.0]}, ODD_NUMBERS | {"new": 9.0}),
    "min_max, clipped": Case(
        [{"min_max": {"clip": True}}],
        NUMBERS,
        STAYS | {"new": [1.0]},
        ODD_NUMBERS | {"new": 9.0},
    ),
    "clip": Case(
        [{"clip": {"low": 0, "high": 2}}],
        NUMBERS,
        STAYS | {"new": [0.0]},
        ODD_NUMBERS | {"new": -3.0},
    ),
    "clip at quantiles": Case(
        [{"clip": {"quantiles": [0.25, 0.75]}}],
        NUMBERS,
        STAYS | {"new": [4.0]},
        ODD_NUMBERS | {"new": 99.0},
    ),
    "interaction": Case(
        [{"interaction": {"with": ["z"]}}],
        NUMBERS,
        STAYS | {"new": [7.0, 7.0]},
        ODD_NUMBERS | {"new": 7.0},
    ),
    "log": Case(
        ["log"],
        NUMBERS,
        STAYS | {"zero": MISSING, "below": MISSING},
        ODD_NUMBERS | {"zero": 0.0, "below": -1.0},
    ),
    "log1p": Case(
        [{"log": {"form": "log1p"}}],
        NUMBERS,
        STAYS | {"zero": [0.0], "below": MISSING},
        ODD_NUMBERS | {"zero": 0.0, "below": -1.0},
    ),
    "impute, log": Case(
        [{"impute": {"strategy": "median"}}, "log"],
        NUMBERS,
        {"null": [math.log(3)], "nan": [math.log(3)], **INFINITE, "zero": MISSING},
        ODD_NUMBERS | {"zero": 0.0},
    ),
    "log, impute": Case(
        ["log", {"impute": {"strategy": "constant", "value": -9}}],
        NUMBERS,
        {"null": [-9.0], "nan": [-9.0], **INFINITE, "zero": [-9.0]},
        ODD_NUMBERS | {"zero": 0.0},
    ),
    "clip, log": Case(
        [{"clip": {"low": 1.0}}, "log"],
        NUMBERS,
        STAYS | {"zero": [0.0]},
        ODD_NUMBERS | {"zero": 0.0},
    ),
    "standardize, log": Case(
        ["standardize", "log"], NUMBERS, {"negative": REFUSED}, {"negative": -3.0}
    ),
    "bucketize": Case(
        [{"bucketize": {"buckets": 2}}],
        NUMBERS,
        STAYS | {"new": [1.0]},
        ODD_NUMBERS | {"new": 1e6},
    ),
    "bucketize to codes": Case(
        [{"bucketize": {"edges": [0, 2], "output": "codes"}}],
        NUMBERS,
        STAYS | {"new": [0.0]},
        ODD_NUMBERS | {"new": -5.0},
    ),
    "impute": Case(["impute"], NUMBERS, {"null": [3.0], "nan": [3.0], **INFINITE}),
    "impute with an indicator": Case(
        [{"impute": {"strategy": "most_frequent", "indicator": True}}],
        NUMBERS,
        {"null": [1.0, 1.0], "nan": [1.0, 1.0], **INFINITE, "new": [7.0, 0.0]},
        ODD_NUMBERS | {"new": 7.0},
    ),
    "impute a text, one_hot": Case(
        [{"impute": {"strategy": "most_frequent"}}, "one_hot"],
        TEXTS,
        {"null": [1.0, 0.0], "unknown": [0.6, 0.2]},
        TEXT,
    ),
    "drop": Case(["drop"], NUMBERS, {odd: [] for odd in ODD_NUMBERS}),
    "drop a text": Case(["drop"], TEXTS, {"null": [], "unknown": []}, TEXT),
    "drop what no model takes": Case(
        ["drop"],
        pa.array([b"raw"] * 5),
        {"null": [], "unknown": []},
        {"null": None, "unknown": b"!"},
    ),
    "one_hot": Case(["one_hot"], TEXTS, {"null": [0.6, 0.2], "unknown": [0.6, 0.2]}, TEXT),
    "one_hot, null seen": Case(
        ["one_hot"],
        pa.array(["a", "b", None, "a", "b"]),
        {"null": [0.0, 1.0], "unknown": [0.4, 0.2]},
        TEXT,
    ),
    "one_hot, most frequent": Case(
        [{"one_hot": {"most_frequent": 2}}],
        TEXTS,
        {"null": [0.0, 1.0], "unknown": [0.0, 1.0], "rare": [0.0, 1.0]},
        TEXT | {"rare": "c"},
    ),
    "one_hot, declared": Case(
        [{"one_hot": {"categories": ["b", "x"]}}], TEXTS, {"null": [0.0], "unknown": [0.0]}, TEXT
    ),
    "ordinal": Case(["ordinal"], TEXTS, {"null": REFUSED, "unknown": REFUSED}, TEXT),
    "ordinal, most frequent": Case(
        [{"ordinal": {"most_frequent": 2}}], TEXTS, {"rare": REFUSED}, {"rare": "c"}
    ),
    "ordinal, declared": Case(
        [{"ordinal": {"categories": ["b", "a"]}}], TEXTS, {"unknown": REFUSED}, TEXT
    ),
    "ordinal, impute": Case(
        ["ordinal", {"impute": {"strategy": "constant", "value": -1}}],
        TEXTS,
        {"null": [-1.0], "unknown": [-1.0]},
        TEXT,
    ),
    "hash": Case(
        [{"hash": {"buckets": 3}}], TEXTS, {"null": [0.0, 0.0], "unknown": [0.0, 0.0]}, TEXT
    ),
    "hash to codes": Case(
        [{"hash": {"buckets": 1000, "output": "codes"}}],
        TEXTS,
        {"null": [364.0], "unknown": [934.0]},
        TEXT,
    ),
    "target_encode": Case(
        [{"target_encode": {"smoothing": 1}}],
        TEXTS,
        {"null": [1.0], "unknown": [1.0]},
        TEXT,
    ),
    "target_encode, null seen": Case(
        ["target_encode"], pa.array(["a", "b", None, "a", "b"]), {"null": [1.0]}, {"null": None}
    ),
    "calendar": Case(["calendar"], MOMENTS, {"null": MISSING}, {"null": None}),
    "calendar, cyclic": Case(
        [{"calendar": {"cyclic": True}}], MOMENTS, {"null": MISSING}, {"null": None}
    ),
}


SHARED = {"features": ("x", "z"), "target": "y", "holdout": 0, "folds": 3, "key": ("id",)}
PARAMS = SupervisedParams(**SHARED)


class Plain(SupervisedPipeline):
    """Takes no missing numbers."""

    task = Task.REGRESSION


class Tolerant(Plain):
    handles_missing = True


class Nothing:
    """A model without a state."""

    def state(self):
        return {}

    @classmethod
    def from_state(cls, _state):
        return cls()


def table_of(values, type_):
    column = pa.array(values, type_, from_pandas=False)
    ones = pa.array([1.0] * len(column), pa.float64())
    ids = pa.array(range(len(column)), pa.int64())
    return pa.record_batch({"x": column, "z": ones, "y": ones, "id": ids})


def planned(case, pipeline_type):
    params = SupervisedParams(**SHARED, transforms={"x": tuple(case.steps)})
    schema = table_of([], case.training.type).schema
    _, preparation, rules = columns_to_train(pipeline_type(params), schema, None, "rows", PLUGINS)
    return params, preparation, rules


def fitted(preparation, batch):
    while not preparation.is_fitted:
        statistic = preparation.statistic(PARAMS)
        preparation = preparation.learn(statistic.finish(statistic.add(statistic.zero(), batch)))
    return preparation


def trained(case, pipeline_type):
    """Return the bundle of a training, as it comes back from storage, and the rules of scoring."""
    params, preparation, rules = planned(case, pipeline_type)
    type_ = case.training.type
    odd_first = table_of([*case.odd.values(), *case.training.to_pylist()], type_)
    assert rules.check(odd_first).good.num_rows >= len(case.training)
    good = rules.check(table_of(case.training.to_pylist(), type_)).good
    bundle = Bundle(
        pipeline="plain",
        model_name="nothing",
        task=Task.REGRESSION,
        params=params,
        preparation=fitted(preparation, good),
        model=Nothing(),
        fold_models=(),
        handles_missing=pipeline_type.handles_missing,
    )
    bundle = Bundle.from_files(bundle.files(), {"nothing": Nothing}.get, PLUGINS.load_transform)
    columns = ReadColumns(good.schema, "rows")
    scoring = columns_with_bundle(bundle, columns, None, labelled=False, keyed=False)
    assert scoring.features == rules.features
    assert scoring.domains == rules.domains
    return bundle, scoring


def outcome(bundle, rules, value, type_):
    checked = rules.check(table_of([value], type_))
    if checked.counts.rejected:
        return BAD
    (*columns, _) = bundle.preparation.features(checked.good).columns
    values = [float(column.values[0]) for column in columns]
    return MISSING if values and np.isnan(values).all() else values


CELLS = [(name, odd) for name, case in CASES.items() for odd in case.outcomes]


@pytest.mark.parametrize(("name", "odd"), CELLS)
def test_a_model_that_takes_missing_numbers_gets_what_is_stated(name, odd):
    case = CASES[name]
    bundle, rules = trained(case, Tolerant)
    wanted = {REFUSED: MISSING}.get(str(case.outcomes[odd]), case.outcomes[odd])
    assert outcome(bundle, rules, case.odd[odd], case.training.type) == wanted


@pytest.mark.parametrize(("name", "odd"), CELLS)
def test_a_model_that_takes_none_never_sees_one(name, odd):
    case = CASES[name]
    if REFUSED in case.outcomes.values():
        with pytest.raises(RequestError, match="may come out missing"):
            planned(case, Plain)
        return
    bundle, rules = trained(case, Plain)
    wanted = {MISSING: BAD}.get(str(case.outcomes[odd]), case.outcomes[odd])
    assert outcome(bundle, rules, case.odd[odd], case.training.type) == wanted


def test_every_built_in_transform_is_in_the_table():
    used = {next(iter(step)) if isinstance(step, dict) else step for step in steps_of_all()}
    assert used >= {
        name
        for name, spec in PLUGINS.transforms.items()
        if spec.load.startswith("headrace.transforms")
    }


def steps_of_all():
    return [step for case in CASES.values() for step in case.steps]


# States ---------------------------------------------------------------------------------------

numbers = st.floats(-1e100, 1e100).filter(lambda x: x == 0 or abs(x) > 1e-50)
values_like = {
    "number": st.lists(st.one_of(st.none(), numbers), min_size=1, max_size=12),
    "category": st.lists(st.one_of(st.none(), st.text(max_size=3)), min_size=1, max_size=12),
    "timestamp": st.lists(st.one_of(st.none(), st.integers(0, 2**33)), min_size=1, max_size=12),
    "other": st.lists(st.one_of(st.none(), st.binary(max_size=3)), min_size=1, max_size=12),
}


def learnt(case, values):
    """Return the chain fitted to values, and to the case's own that no fit may lack any."""
    _, preparation, _ = planned(case, Tolerant)
    type_ = case.training.type
    return fitted(preparation, table_of([*case.training.to_pylist(), *values], type_)).chains[0]


def bits(columns):
    return [
        (column.name, column.n_categories, np.asarray(column.values.to_numpy(False)).tobytes())
        for column in columns
    ]


def restored(chain, states):
    pairs = zip(chain.transforms, states, strict=True)
    return tuple(transform.restore(state) for transform, state in pairs)


@pytest.mark.parametrize("name", CASES)
def test_a_state_is_json_and_restores_to_the_bit(name):
    case = CASES[name]
    values = values_like[str(kind_of(case.training.type))]

    @settings(max_examples=20)
    @given(values, values)
    def check(training, scored):
        chain = learnt(case, training)
        states = [dict(fitted.state()) for fitted in chain.fitted]
        after = restored(chain, json.loads(canonical_json(states)))
        assert after == chain.fitted
        column = pa.array(scored, case.training.type)
        again = Chain(chain.feature, chain.kind, chain.names, chain.transforms, after)
        assert bits(again.apply(column)) == bits(chain.apply(column))

    check()


@pytest.mark.parametrize("name", CASES)
def test_neighbours_play_no_part(name):
    case = CASES[name]
    values = values_like[str(kind_of(case.training.type))]

    chain = learnt(case, [])

    @settings(max_examples=20)
    @given(st.data(), values)
    def check(data, scored):
        whole = pa.array(scored * 3, case.training.type)
        start = data.draw(st.integers(0, len(whole)))
        stop = data.draw(st.integers(start, len(whole)))
        wanted = [
            Column(column.name, column.values.slice(start, stop - start), column.n_categories)
            for column in chain.apply(whole)
        ]
        assert bits(chain.apply(whole.slice(start, stop - start))) == bits(wanted)
        copy = pa.array(whole.slice(start, stop - start).to_pylist(), whole.type)
        assert bits(chain.apply(copy)) == bits(wanted)

    check()


anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([10**400, -(10**400), "\ud800", 1e308, -1e308]),
        st.floats(),
        st.text(max_size=3),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name].steps])
def test_a_damaged_state_is_refused_by_an_error_that_is_expected(name):
    case = CASES[name]
    chain = learnt(case, [])
    states = [dict(fitted.state()) for fitted in chain.fitted]

    @settings(max_examples=60)
    @given(st.data())
    def check(data):
        place = data.draw(st.integers(0, len(states) - 1))
        state = dict(states[place])
        if state and data.draw(st.booleans()):
            state[data.draw(st.sampled_from(sorted(state)))] = data.draw(anything)
        else:
            state = data.draw(anything)
        try:
            after = chain.transforms[place].restore(state)
        except (ValueError, KeyError, TypeError):
            return
        assert chain.transforms[place].restore(after.state()) == after
        json.dumps(after.state(), allow_nan=False)

    check()


@pytest.mark.parametrize("name", CASES)
def test_an_empty_batch_has_the_columns_of_any_other(name):
    chain = learnt(CASES[name], [])
    full = chain.apply(CASES[name].training)
    empty = chain.apply(CASES[name].training.slice(0, 0))
    assert [(c.name, c.values.type, c.n_categories) for c in empty] == [
        (c.name, c.values.type, c.n_categories) for c in full
    ]


def test_the_preparation_of_all_at_once_takes_as_many_passes_as_the_longest_chain():
    chains = [Chain("z", Kind.NUMBER, (), ())]
    columns = {"z": NUMBERS, "y": NUMBERS, "id": pa.array(range(5))}
    for index, case in enumerate(CASES.values()):
        _, preparation, _ = planned(case, Tolerant)
        chain = preparation.chains[0]
        name = f"x{index}"
        chains.append(Chain(name, chain.kind, chain.names, chain.transforms))
        columns[name] = case.training
    batch = pa.record_batch(columns)
    preparation = Preparation.unfitted(chains)
    passes = 0
    while not preparation.is_fitted:
        statistic = preparation.statistic(PARAMS)
        preparation = preparation.learn(statistic.finish(statistic.add(statistic.zero(), batch)))
        passes += 1
    assert passes == 2  # impute a text, then one_hot
