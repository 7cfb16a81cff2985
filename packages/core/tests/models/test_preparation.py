import numpy as np
import pyarrow as pa
import pytest

from headrace.data.kinds import Kind
from headrace.errors import DataError
from headrace.models import Preparation


def test_what_learns_from_what_an_earlier_transform_makes_takes_a_pass_each(chain, fit, rows):
    chains = [chain("x", Kind.NUMBER, "impute", "standardize"), chain("y", Kind.NUMBER)]
    preparation, passes = fit(Preparation.unfitted(chains), rows)
    assert passes == 2
    values = preparation.features(rows).columns[0].values
    assert abs(values.mean()) < 1e-15
    assert abs(values.std() - 1) < 1e-15


def test_all_features_learn_in_the_same_pass(chain, fit, rows):
    chains = [chain("x", Kind.NUMBER, "impute"), chain("color", Kind.CATEGORY, "one_hot")]
    assert fit(Preparation.unfitted(chains), rows)[1] == 1


def test_what_learns_nothing_takes_no_pass(chain, fit, rows):
    chains = [
        chain("x", Kind.NUMBER, "impute", strategy="constant", value=0),
        chain("y", Kind.NUMBER),
    ]
    preparation, passes = fit(Preparation.unfitted(chains), rows)
    assert passes == 0
    assert preparation.features(rows).columns[0].values[9] == 0


def test_features_are_in_the_order_of_the_chains(chain, fit, rows):
    chains = [chain("color", Kind.CATEGORY, "one_hot"), chain("x", Kind.NUMBER)]
    features = fit(Preparation.unfitted(chains), rows)[0].features(rows)
    assert features.names == ("color=green", "color=red", "x")
    assert features.n_rows == rows.num_rows


def test_passes_over_batches_merge_to_the_same(chain, fit, rows):
    chains = [chain("x", Kind.NUMBER, "impute"), chain("color", Kind.CATEGORY, "one_hot")]
    whole, _ = fit(Preparation.unfitted(chains), rows)
    statistic = Preparation.unfitted(chains).statistic()
    parts = [statistic.add(statistic.zero(), rows.slice(start, 9)) for start in range(0, 40, 9)]
    state = statistic.zero()
    for part in reversed(parts):
        state = statistic.merge(state, part)
    merged = Preparation.unfitted(chains).learn(statistic.finish(state))
    assert [chain.fitted for chain in merged.chains] == [chain.fitted for chain in whole.chains]


def test_a_fault_of_a_transform_names_the_feature(chain, fit, rows):
    empty = rows.set_column(1, "x", pa.nulls(rows.num_rows, pa.float64()))
    with pytest.raises(DataError, match="no mean to impute") as caught:
        fit(Preparation.unfitted([chain("x", Kind.NUMBER, "impute")]), empty)
    assert caught.value.where == "feature 'x'"


def test_a_fault_of_what_is_learnt_names_the_feature(chain, fit, rows):
    chains = [chain("color", Kind.CATEGORY, "one_hot", max_categories=2)]
    with pytest.raises(DataError, match="more than 2 categories") as caught:
        fit(Preparation.unfitted(chains), rows)
    assert caught.value.where == "feature 'color'"


def test_a_chain_handles_missing_values_if_one_of_its_transforms_does(chain):
    assert chain("x", Kind.NUMBER, "impute", "standardize").handles_missing
    assert chain("c", Kind.CATEGORY, "one_hot").handles_missing
    assert not chain("x", Kind.NUMBER, "standardize").handles_missing
    assert not chain("x", Kind.NUMBER).handles_missing


def test_codes_of_categories_know_how_many_there_are(chain, fit, rows):
    preparation, _ = fit(Preparation.unfitted([chain("color", Kind.CATEGORY, "ordinal")]), rows)
    (column,) = preparation.features(rows).columns
    assert column.n_categories == 3
    assert column.values.dtype == np.float32


def test_two_columns_of_one_name_are_refused(chain, fit, rows):
    rows = rows.append_column("color=red", rows.column("y"))
    chains = [chain("color", Kind.CATEGORY, "one_hot"), chain("color=red", Kind.NUMBER)]
    preparation, _ = fit(Preparation.unfitted(chains), rows)
    with pytest.raises(DataError, match="Two columns of the model would be named 'color=red'"):
        preparation.check_names(rows.schema)
