import json
import os
import subprocess
import sys
import textwrap

import lightgbm as lgb
import numpy as np
import pytest

from headrace.data.kinds import Kind
from headrace.errors import DataError
from headrace.models import Task
from headrace_lgbm.pipeline import LgbmPipeline, boost
from headrace_lgbm.rows import matrix_of
from headrace_lgbm.text import text_of


def text_in(result):
    return result.model.state()["model.txt"].decode()


def in_memory(shards, n_rounds, **native):
    """What LightGBM itself makes of the same rows in memory, told as little as possible."""
    rows = lgb.Dataset(
        matrix_of(shards.rows.features),
        label=shards.rows.target,
        weight=shards.rows.weight,
        categorical_feature=[2],
    )
    fixed = {"deterministic": True, "force_col_wise": True, "num_threads": 1, "verbosity": -1}
    return text_of(lgb.train(fixed | native, rows, n_rounds))


def test_categories_become_native_ones_and_missing_values_are_taken(params):
    pipeline = LgbmPipeline(params())
    assert [step.name for step in pipeline.default_transforms(Kind.CATEGORY)] == ["ordinal"]
    assert pipeline.default_transforms(Kind.NUMBER) == ()
    assert pipeline.handles_missing


@pytest.mark.parametrize("task", list(Task))
def test_the_objective_decides_the_task(params, task):
    assert LgbmPipeline(params(objective=str(task))).task is task


@pytest.mark.parametrize("objective", ["regression", "binary"])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_booster_is_the_one_of_lightgbm_in_memory(params, rows, objective, weighted):
    shards = rows(3_000, binary=objective == "binary", weighted=weighted)
    chosen = params(
        objective=objective, num_leaves=15, learning_rate=0.2, min_child_samples=5, l1=0.5, l2=2
    )
    wanted = in_memory(
        shards,
        10,
        objective=objective,
        num_leaves=15,
        learning_rate=0.2,
        min_child_samples=5,
        reg_alpha=0.5,
        reg_lambda=2,
    )
    assert text_in(boost(shards, chosen, 1)) == wanted


def test_the_booster_is_the_one_of_lightgbm_in_memory_beyond_its_sample(params, rows):
    shards = rows(230_000, 65_536)
    native = {"subsample": 0.7, "subsample_freq": 1, "colsample_bytree": 0.7, "seed": 0}
    wanted = in_memory(shards, 2, data_random_seed=0, **native)
    chosen = params(rounds=2, subsample=0.7, colsample=0.7)
    assert text_in(boost(shards, chosen, 1)) == wanted


@pytest.mark.parametrize("batch_rows", [1, 7, 999, 1_000_000])
def test_the_size_of_batches_does_not_change_the_booster(params, rows, batch_rows):
    wanted = boost(rows(1_000, 64), params(), 1)
    assert text_in(boost(rows(1_000, batch_rows), params(), 1)) == text_in(wanted)


@pytest.mark.parametrize("objective", ["regression", "binary"])
def test_the_number_of_threads_does_not_change_the_booster(params, rows, objective):
    shards = rows(200_000, 65_536, binary=objective == "binary", weighted=True)
    chosen = params(objective=objective, rounds=5, subsample=0.8)
    wanted = text_in(boost(shards, chosen, 1))
    assert all(text_in(boost(shards, chosen, n_threads)) == wanted for n_threads in (2, 3))


def test_the_seed_decides_the_sample_of_rows_and_of_features(params, rows):
    def fit(seed, **shares):
        return text_in(boost(rows(2_000), params(seed=seed, **shares), 1))

    for shares in ({"subsample": 0.5}, {"colsample": 0.4}):
        assert fit(1, **shares) == fit(1, **shares)
        assert fit(1, **shares) != fit(2, **shares)
    assert fit(1) == fit(2)


def test_any_seed_is_taken(params, rows):
    assert text_in(boost(rows(100), params(seed=2**32 - 1, subsample=0.5), 1))


@pytest.mark.parametrize("n_threads", [1, 3])
def test_a_fit_takes_its_threads_although_a_worker_grants_openmp_one(n_threads):
    program = f"""
        import os
        import numpy as np
        from headrace.data.features import Feature, Features, TrainingBatch
        from headrace_lgbm.params import LgbmParams
        from headrace_lgbm.pipeline import boost

        n_threads = lambda: len(os.listdir("/proc/self/task"))

        class Shards:
            seen = []
            def __iter__(self):
                for seed in range(2):
                    self.seen.append(n_threads())
                    x = np.random.default_rng(seed).normal(size=20_000)
                    yield TrainingBatch(Features((Feature("x", x),), len(x)), x, None)

        before = n_threads()
        boost(Shards(), LgbmParams(features=["x"], target="y", holdout=0, rounds=1), {n_threads})
        print([n - before for n in Shards.seen], n_threads() - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    during, after = done.stdout.rsplit(maxsplit=1)
    assert max(json.loads(during)) == n_threads - 1  # already when rows are put into bins
    assert int(after) == n_threads - 1


def test_what_lightgbm_has_to_say_does_not_go_to_the_standard_output():
    program = """
        import logging
        import numpy as np
        from headrace.data.features import Feature, Features, TrainingBatch
        from headrace_lgbm.params import LgbmParams
        from headrace_lgbm.pipeline import boost

        logging.basicConfig(level=logging.DEBUG)
        codes = np.arange(50.0) * 1_000
        rows = TrainingBatch(Features((Feature("x", codes, 50_000),), 50), codes, None)
        boost([rows], LgbmParams(features=["x"], target="y", holdout=0, rounds=1), 1)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    assert "Met categorical feature which contains sparse values" in done.stderr


def test_a_fault_of_the_shards_comes_out_of_the_fit(params, rows):
    class Broken:
        passes = 0

        def __iter__(self):
            self.passes += 1
            yield from rows(100)
            if self.passes == 2:
                raise DataError("the shard is damaged")
            yield from rows(100)

    with pytest.raises(DataError, match="the shard is damaged"):
        boost(Broken(), params(), 1)


def test_few_rows_may_be_split_if_the_params_say_so(params, column):
    few = column([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0, 0, 0, 9, 9, 9])
    model = boost(few, params(min_child_samples=1, rounds=100), 1).model
    assert model.predict(few.rows.features).to_pylist() == pytest.approx([0] * 3 + [9] * 3, abs=0.1)


@pytest.mark.parametrize("place", [np.nan, 3, 4_000, 10_000_000])
def test_null_unknown_and_rare_categories_are_one(params, column, place):
    codes = np.array([0.0, 1, 2] * 400 + [3.0, np.nan])  # 3 is too rare for a bin of its own
    target = np.where(codes == 1, 5.0, 0.0)
    shards = column(codes, target, n_categories=4)
    model = boost(shards, params(rounds=100, min_child_samples=5), 1).model

    def predict(code):
        return model.predict(column([code], [0], n_categories=4).rows.features)

    assert predict(1)[0].as_py() == pytest.approx(5, abs=0.1)
    assert predict(place).equals(predict(np.nan))


def test_a_number_missing_in_training_has_a_way_of_its_own(params, column):
    shards = column([1.0, 2.0, np.nan] * 200, [1.0, 2.0, 9.0] * 200)
    model = boost(shards, params(rounds=100), 1).model
    predictions = model.predict(column([1, 2, np.nan], [0] * 3).rows.features)
    assert predictions.to_pylist() == pytest.approx([1, 2, 9], abs=0.1)


def test_a_number_missing_only_when_scoring_counts_as_0(params, column):
    shards = column([-5.0, 0.0, 5.0] * 200, [1.0, 2.0, 9.0] * 200)
    model = boost(shards, params(rounds=100), 1).model
    predictions = model.predict(column([np.nan, 0.0, 5.0], [0] * 3).rows.features).to_pylist()
    assert predictions[0] == predictions[1] != predictions[2]


def test_a_fit_without_anything_odd_has_no_warnings(params, rows):
    assert boost(rows(1_000, weighted=True), params(), 1).warnings == ()


def test_a_single_row_is_a_warning(params, column):
    result = boost(column([1.0], [5.0]), params(), 1)
    assert result.warnings == ("fitted on a single row",)


@pytest.mark.parametrize(("objective", "value"), [("regression", 7.5), ("binary", 1.0)])
def test_a_constant_target_is_a_warning(params, column, objective, value):
    result = boost(column(range(100), [value] * 100), params(objective=objective), 1)
    assert result.warnings == (f"the target is {value:g} in all training rows",)
    predictions = result.model.predict(column([3.0], [0.0]).rows.features)
    assert predictions[0].as_py() == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize("values", [[2.0] * 50, [np.nan] * 50])
def test_constant_features_are_a_warning(params, column, values):
    result = boost(column(values, range(50)), params(), 1)
    assert result.warnings == (
        "every row gets the same prediction",
        "constant features, of no use to the model: x",
    )


def test_trees_without_a_split_are_a_warning(params, column):
    result = boost(column(range(50), range(50)), params(min_child_samples=1_000), 1)
    assert result.warnings == ("every row gets the same prediction",)


def test_rows_that_all_weigh_nothing_are_a_data_error(params, column):
    with pytest.raises(DataError, match="All weights of the training rows are 0"):
        boost(column(range(5), range(5), [0] * 5), params(), 1)


def test_a_target_beyond_float32_is_a_data_error(params, column):
    with pytest.raises(DataError, match=r"A target has magnitude 1e\+39") as caught:
        boost(column([1, 2], [1.0, -1e39]), params(), 1)
    assert caught.value.fix == "scale the target"


def test_a_share_of_rows_that_is_less_than_one_is_a_data_error(params, column):
    with pytest.raises(DataError) as caught:
        boost(column([1.0, 2.0], [5.0, 6.0]), params(subsample=0.4), 1)
    assert caught.value.what == (
        "There are 2 training rows, of which subsample 0.4 is less than one"
    )
