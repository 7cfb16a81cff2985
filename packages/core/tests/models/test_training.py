import json

import numpy as np
import pyarrow as pa
import pytest

from headrace.data.keys import fold_of, hash_keys
from headrace.data.kinds import Kind
from headrace.errors import DataError
from headrace.models import FitResult, Preparation
from headrace.models.prepared import PreparedShards, prepare_batch
from headrace.models.training import FinishFit, FoldedRows, folds_of
from headrace.statistics import Folded, Statistic


class MeanModel:
    def __init__(self, mean):
        self.mean = mean

    def state(self):
        return {"mean.json": json.dumps(self.mean).encode()}


class Mean(Statistic):
    """The mean target; wants some rows."""

    def __init__(self, least=1):
        self._least = least

    def zero(self):
        return (0, 0.0)

    def add(self, state, item):
        return self.merge(state, (len(item.target), float(item.target.sum())))

    def merge(self, left, right):
        return (left[0] + right[0], left[1] + right[1])

    def finish(self, state):
        if state[0] < self._least:
            raise DataError(f"There are {state[0]} rows; wanted {self._least}")
        return FitResult(MeanModel(state[1] / state[0]), ("a warning",))


@pytest.fixture
def preparation(chain, fit, rows):
    chains = [chain("x", Kind.NUMBER, "impute"), chain("color", Kind.CATEGORY, "ordinal")]
    return fit(Preparation.unfitted(chains), rows)[0]


def folded_states(statistic, preparation, params, rows):
    folded = Folded(statistic)
    state = folded.zero()
    for item in FoldedRows(preparation, params)(rows):
        state = folded.add(state, item)
    return folded.finish(state)


def test_rows_are_split_by_fold_and_none_is_lost(preparation, params, rows):
    items = list(FoldedRows(preparation, params)(rows))
    assert [item.fold for item in items] == [0, 1]
    folds = fold_of(hash_keys(rows, ["id"], 0), 2)
    target = rows.column("y").to_numpy()
    for item in items:
        np.testing.assert_array_equal(item.item.target, target[folds == item.fold])


def test_without_folds_all_rows_are_of_fold_0(preparation, params, rows):
    unfolded = params.model_copy(update={"folds": 0})
    assert folds_of(rows, unfolded).tolist() == [0] * rows.num_rows
    (item,) = FoldedRows(preparation, unfolded)(rows)
    assert len(item.item.target) == rows.num_rows


def test_an_empty_batch_has_no_rows_of_any_fold(preparation, params, rows):
    assert list(FoldedRows(preparation, params)(rows.slice(0, 0))) == []


def test_the_full_model_and_each_folds_complement_are_fitted(preparation, params, rows):
    files = FinishFit(Mean(), 2)(folded_states(Mean(), preparation, params, rows))
    target, folds = rows.column("y").to_numpy(), folds_of(rows, params)
    means = {path: json.loads(data) for path, data in files.items() if path != "fit.json"}
    assert means == {
        "model/mean.json": target.mean(),
        "folds/0/mean.json": target[folds != 0].mean(),
        "folds/1/mean.json": target[folds != 1].mean(),
    }
    said = {"warnings": ["a warning"], "n_folds": 2, "metrics": {}, "sums": ""}
    assert json.loads(files["fit.json"]) == said


def test_a_fold_that_cannot_be_fitted_leaves_the_full_model_and_a_warning(
    preparation, params, rows
):
    statistic = Mean(least=rows.num_rows)
    files = FinishFit(statistic, 2)(folded_states(statistic, preparation, params, rows))
    assert sorted(files) == ["fit.json", "model/mean.json"]
    warnings = json.loads(files["fit.json"])["warnings"]
    assert warnings[0] == "a warning"
    assert warnings[1].startswith("no fold models, for one cannot be fitted: There are ")


def test_a_full_model_that_cannot_be_fitted_is_a_data_error(preparation, params, rows):
    statistic = Mean(least=1_000)
    with pytest.raises(DataError, match="There are 40 rows; wanted 1000"):
        FinishFit(statistic, 2)(folded_states(statistic, preparation, params, rows))


def test_no_rows_at_all_are_a_data_error():
    with pytest.raises(DataError, match="There are no training rows"):
        FinishFit(Mean(), 0)({})


@pytest.fixture
def shards(tmp_path, preparation, params, rows):
    weighted = params.model_copy(update={"weight": "id"})
    for index, start in enumerate((0, 25)):
        prepared = prepare_batch(rows.slice(start, 25), preparation, weighted)
        path = tmp_path / f"prepared-{index}.arrow"
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, prepared.schema) as writer:
            writer.write_batch(prepared.slice(0, 10))
            writer.write_batch(prepared.slice(10))
    by_fold = np.bincount(folds_of(rows, params).astype(int)).tolist()
    features = preparation.features(rows.slice(0, 0))
    return PreparedShards(
        str(tmp_path), ["prepared-0.arrow", "prepared-1.arrow"], features, by_fold
    )


def test_prepared_shards_stream_all_rows_in_order_as_often_as_wanted(shards, preparation, rows):
    for _ in range(2):
        batches = list(shards)
        assert len(batches) == 4
        assert sum(len(batch.target) for batch in batches) == shards.n_rows == rows.num_rows
        np.testing.assert_array_equal(
            np.concatenate([batch.target for batch in batches]), rows.column("y").to_numpy()
        )
        np.testing.assert_array_equal(
            np.concatenate([batch.weight for batch in batches]), rows.column("id").to_numpy()
        )
    whole = preparation.features(rows)
    first = batches[0].features
    assert first.names == whole.names == ("x", "color")
    assert first.columns[1].n_categories == 3
    assert [column.values.dtype for column in first.columns] == [np.float64, np.float32]
    np.testing.assert_array_equal(first.columns[1].values, whole.columns[1].values[:10])


def test_prepared_shards_leave_a_fold_out(shards, params, rows):
    rest = PreparedShards(
        shards.folder_uri, shards.paths, shards.features, shards.rows_by_fold, without=1
    )
    kept = rows.column("y").to_numpy()[folds_of(rows, params) != 1]
    assert rest.n_rows == len(kept)
    np.testing.assert_array_equal(np.concatenate([batch.target for batch in rest]), kept)
