import json

import numpy as np
import pyarrow as pa
import pytest

from headrace.contracts.digests import canonical_json
from headrace.data.labels import LabelledColumn, Labels
from headrace.errors import DataError
from headrace.models import FoldAware

NAMES = ["a", "a", "b", "b", "c", None]
TARGET = [1.0, 3.0, 5.0, 7.0, 11.0, 13.0]
FOLDS = [0, 1, 0, 2, 1, 2]


def column(target=TARGET, weight=None, names=NAMES, folds=FOLDS):
    weights = None if weight is None else np.array(weight, np.float64)
    labels = Labels(np.array(target, np.float64), weights, np.array(folds, np.int64), 3)
    return LabelledColumn(pa.array(names, pa.string()), labels)


@pytest.fixture
def fitted(make, learn):
    """Return a function that fits the transform to the rows above, but for what is given."""
    return lambda smoothing=2.0, **rows: learn(
        make("target_encode", smoothing=smoothing), column(**rows)
    )


def test_a_category_is_its_mean_drawn_to_the_mean_of_all(fitted, applied):
    mean = sum(TARGET) / 6
    values = applied(fitted(), ["a", "b", "c", None, "never seen"])["x"]
    assert values == pytest.approx(
        [
            (1 + 3 + 2 * mean) / 4,
            (5 + 7 + 2 * mean) / 4,
            (11 + 2 * mean) / 3,
            (13 + 2 * mean) / 3,
            mean,
        ]
    )


def test_weights_count_rows_more_or_less_and_those_of_0_not_at_all(fitted, applied):
    heavy = fitted(weight=[2, 1, 1, 1, 0, 1])
    mean = (2 * 1 + 3 + 5 + 7 + 13) / 6
    assert applied(heavy, ["a", "c"])["x"] == pytest.approx([(2 + 3 + 2 * mean) / 5, mean])


def test_without_smoothing_a_category_is_its_mean_and_one_without_rows_the_mean_of_all(
    fitted, applied
):
    plain = fitted(smoothing=0)
    assert applied(plain, ["a", "never seen"])["x"] == pytest.approx([2, sum(TARGET) / 6])
    without = plain.without(frozenset({1}))
    assert applied(without, ["a", "c"])["x"] == pytest.approx([1, (1 + 5 + 7 + 13) / 4])


def test_null_is_unknown_where_training_has_none(fitted, applied):
    names = ["a", "a", "b", "b", "c", "c"]
    values = applied(fitted(names=names), [None, "never seen"])["x"]
    assert values == pytest.approx([sum(TARGET) / 6] * 2)


@pytest.mark.parametrize("excluded", [{0}, {1}, {0, 2}, {1, 2}], ids=str)
def test_without_folds_is_as_if_their_rows_had_never_been(fitted, applied, excluded):
    whole = fitted()
    assert isinstance(whole, FoldAware)
    rest = [row for row, fold in enumerate(FOLDS) if fold not in excluded]
    values = applied(whole.without(frozenset(excluded)), ["a", "b", "c", None, "never seen"])["x"]
    mean = np.mean([TARGET[row] for row in rest])
    wanted = []
    for name in ["a", "b", "c", None, "never seen"]:
        mine = [TARGET[row] for row in rest if NAMES[row] == name]
        wanted.append((sum(mine) + 2 * mean) / (len(mine) + 2))
    assert values == pytest.approx(wanted)


@pytest.mark.parametrize("fold", [0, 1, 2])
def test_other_targets_in_a_fold_change_no_bit_of_what_is_without_it(fitted, fold):
    base = np.random.default_rng(0).normal(size=6)
    other = np.where(np.array(FOLDS) == fold, base * 1e9 + 0.1, base)
    one, two = (
        each.without(frozenset({fold}))
        for each in (fitted(target=base.tolist()), fitted(target=other.tolist()))
    )
    assert one._encodings.tobytes() == two._encodings.tobytes()
    assert fitted(target=base.tolist()) != fitted(target=other.tolist())


def test_leaving_out_folds_one_by_one_is_leaving_them_out_together(fitted):
    whole = fitted()
    assert whole.without(frozenset({0})).without(frozenset({1})) == whole.without(frozenset({0, 1}))


def test_a_state_restores_every_view(make, fitted):
    whole = fitted(target=[0.1, 0.2, 0.3, 1 / 3, 1e-17, 1e17])
    state = json.loads(canonical_json(whole.state()))
    again = make("target_encode", smoothing=2.0).restore(state)
    for folds in (frozenset(), frozenset({1}), frozenset({0, 2})):
        one, other = whole.without(folds), again.without(folds)
        assert one._encodings.tobytes() == other._encodings.tobytes()


@pytest.mark.parametrize(
    "change",
    [
        {"sums": [1.0]},
        {"weights": [-1.0] * 12},
        {"total_weights": [1.0, 1.0, 0.0]},
        {"total_weights": [1.0, 1.0, 1.0, 1.0]},
        {"categories": ["a", "a", "b", None]},
    ],
    ids=str,
)
def test_a_state_that_does_not_fit_together_is_refused(make, fitted, change):
    with pytest.raises(ValueError, match=r"target_encode|reshape|twice"):
        make("target_encode").restore(fitted().state() | change)


def test_rows_of_two_folds_only_are_a_data_error(fitted):
    with pytest.raises(DataError, match="Only 2 of 3 folds have rows of any weight"):
        fitted(folds=[0, 1, 0, 1, 0, 1])
    with pytest.raises(DataError, match="Only 2 of 3 folds"):
        fitted(weight=[1, 0, 1, 1, 0, 1])


def test_rows_without_weight_are_a_data_error(fitted):
    with pytest.raises(DataError, match="no training rows of any weight"):
        fitted(weight=[0] * 6)


def test_more_categories_than_allowed_are_a_data_error(make, learn):
    with pytest.raises(DataError, match="more than 3 categories"):
        learn(make("target_encode", max_categories=3), column())


def test_options_that_mean_nothing_are_refused(refused):
    refused("target_encode", "greater than or equal to 0", smoothing=-1)
    refused("target_encode", "finite number", smoothing=float("inf"))
    refused("target_encode", "greater than or equal to 1", max_categories=0)
