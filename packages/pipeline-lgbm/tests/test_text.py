import re

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace_lgbm.model import OBJECTIVES
from headrace_lgbm.pipeline import boost
from headrace_lgbm.text import check_text, has_splits, text_of

OBJECTIVE = OBJECTIVES["regression"]


@pytest.fixture(scope="module")
def text(rows, params):
    """Three trees, the first of which has splits by numbers and by categories."""
    state = boost(rows(2_000), params(rounds=3, num_leaves=15), 1).model.state()
    return state["model.txt"].decode()


def changed(text, field, value):
    found = re.sub(rf"^{field}=.*$", f"{field}={value}", text, count=1, flags=re.MULTILINE)
    assert found != text
    return found


def one_other(text, field, value):
    """The first number of a field becomes another."""
    found = re.sub(rf"^{field}=\S+", f"{field}={value}", text, count=1, flags=re.MULTILINE)
    assert found != text
    return found


def test_the_text_of_a_fit_passes(text):
    check_text(text, 3, OBJECTIVE)
    assert has_splits(text)


def test_the_text_ends_with_its_trees_and_does_not_say_how_it_was_made(text):
    assert text.endswith("\nend of trees\n")
    assert "num_threads" not in text
    assert "tree_sizes" not in text


def test_lightgbm_reads_what_is_left_and_predicts_the_same():
    random = np.random.default_rng(0)
    values = random.normal(size=(500, 2))
    rows = lgb.Dataset(values, label=values[:, 0], params={"verbosity": -1})
    booster = lgb.train({"verbosity": -1}, rows, 5)
    read = lgb.Booster(model_str=text_of(booster))
    assert np.array_equal(read.predict(values), booster.predict(values))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda _: "", "it does not go from 'tree' to 'end of trees'"),
        (lambda text: text[: len(text) // 2], "it does not go from 'tree' to 'end of trees'"),
        (lambda text: text + "parameters:\n", "it does not go from 'tree' to 'end of trees'"),
        (lambda text: changed(text, "num_class", "2"), "num_class is 2; wanted 1"),
        (lambda text: changed(text, "objective", "poisson"), "objective is poisson; wanted"),
        (lambda text: changed(text, "max_feature_idx", "8"), "max_feature_idx is 8; wanted 2"),
        (lambda text: text.replace("version=v4", "tree_sizes=9"), "it has tree_sizes"),
        (lambda text: text.replace("version=v4", "=tree_sizes=9"), "is not a new field"),
        (lambda text: text.replace("version=v4", "version=v4\rx=1"), "is not a new field"),
        (lambda text: text.replace("version=v4", "version=\u0664"), "is not a new field"),
        (lambda text: text.replace("version=v4", "num_class=1"), "is not a new field"),
        (lambda text: text.replace("Tree=1", "Tree=7"), "tree 1: its number is 7"),
        (lambda text: changed(text, "num_leaves", "9"), "tree 0: leaf_value is not 9 numbers"),
        (lambda text: one_other(text, "num_leaves", "1_0"), "tree 0: num_leaves is not 1 numbers"),
        (lambda text: one_other(text, "leaf_value", "nan"), "tree 0: leaf_value is not 15 numbers"),
        (lambda text: one_other(text, "leaf_value", "1e999"), "a leaf_value is not finite"),
        (lambda text: changed(text, "is_linear", "1"), "is_linear is 1; wanted 0"),
        (lambda text: one_other(text, "left_child", "99999999"), "are not those of a tree"),
        (lambda text: one_other(text, "left_child", "0"), "are not those of a tree"),
        (lambda text: one_other(text, "right_child", "-9"), "are not those of a tree"),
        (lambda text: one_other(text, "split_feature", "3"), "split_feature is not within 0 to 2"),
        (lambda text: one_other(text, "split_feature", "-1"), "split_feature is not within 0 to 2"),
        (lambda text: one_other(text, "decision_type", "16"), "decision_type is not within 0 to"),
        (lambda text: changed(text, "num_cat", "0"), "a threshold is not within"),
        (lambda text: changed(text, "num_cat", "900"), "cat_boundaries is not 901 numbers"),
        (lambda text: one_other(text, "cat_boundaries", "1"), "do not ascend from 0"),
        (lambda text: changed(text, "cat_threshold", "1 1 1 1 1 1 1 1 1"), "cat_threshold is not"),
        (lambda text: text.replace("\nthreshold=", "\nthresholds="), "tree 0: 'threshold'"),
    ],
)
def test_a_text_that_lightgbm_would_stumble_on_is_refused(text, damage, message):
    with pytest.raises((KeyError, ValueError), match=re.escape(message)):
        check_text(damage(text), 3, OBJECTIVE)


def test_a_child_before_its_parent_is_refused(text):
    tree = (
        "num_leaves=4\nleaf_value=1 2 3 4\nis_linear=0\nleft_child=-1 2 1\nright_child=-2 -3 -4\n"
    )
    header = text[: text.index("\nTree=")]
    with pytest.raises(ValueError, match="a split comes before its parent"):
        check_text(f"{header}\nTree=0\n{tree}\nend of trees\n", 3, OBJECTIVE)


def test_a_leaf_alone_is_a_tree_without_splits(column, params):
    text = boost(column([1.0] * 50, range(50)), params(), 1).model.state()["model.txt"].decode()
    check_text(text, 1, OBJECTIVE)
    assert not has_splits(text)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_what_passes_the_check_is_loaded_and_predicts_numbers_or_is_refused(text, data):
    places = [found.span() for found in re.finditer(r"[-+.e\d]+", text)]
    start, stop = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from(["", "x", "-1", "0", "5", "63", "99999999", "-99999999"]))
    damaged = text[:start] + other + text[stop:]
    try:
        check_text(damaged, 3, OBJECTIVE)
        booster = lgb.Booster(model_str=damaged)
    except (KeyError, ValueError, lgb.basic.LightGBMError):
        return
    rows = np.array([[0.0, 0.0, 0.0], [9.0, np.nan, 11.0], [-9.0, -1.0, np.nan]])
    assert np.isfinite(booster.predict(rows, num_threads=1)).all()
