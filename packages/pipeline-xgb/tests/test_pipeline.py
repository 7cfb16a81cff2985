import os
import subprocess
import sys
import textwrap
import weakref

import numpy as np
import pytest
import xgboost as xgb

from headrace.data.kinds import Kind
from headrace.errors import DataError
from headrace.machine import usable_cores
from headrace.models import Task
from headrace_xgb.pipeline import XgbPipeline, boost

N_CORES = usable_cores()


def booster_of(result):
    return result.model.state()["model.ubj"]


def test_categories_become_native_ones_and_missing_values_are_taken(params):
    pipeline = XgbPipeline(params())
    assert [step.name for step in pipeline.default_transforms(Kind.CATEGORY)] == ["ordinal"]
    assert pipeline.default_transforms(Kind.NUMBER) == ()
    assert pipeline.handles_missing


@pytest.mark.parametrize("task", list(Task))
def test_the_objective_decides_the_task(params, task):
    assert XgbPipeline(params(objective=str(task))).task is task


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_booster_is_the_one_of_xgboost_in_memory(params, rows, binary, weighted):
    shards = rows(3_000, binary=binary, weighted=weighted)
    objective = "binary" if binary else "regression"
    fitted = boost(shards, params(objective=objective, max_depth=4, subsample=0.7, l1=0.5), 1)
    matrix = xgb.QuantileDMatrix(
        shards.rows.features.matrix(),
        label=shards.rows.target,
        weight=shards.rows.weight,
        feature_types=["q", "q", "c"],
        enable_categorical=True,
        nthread=1,
    )
    native = {
        "objective": "binary:logistic" if binary else "reg:squarederror",
        "max_depth": 4,
        "subsample": 0.7,
        "alpha": 0.5,
        "nthread": 1,
    }
    assert booster_of(fitted) == bytes(xgb.train(native, matrix, 10).save_raw("ubj"))


@pytest.mark.parametrize("batch_rows", [1, 7, 999, 1_000_000])
def test_the_size_of_batches_does_not_change_the_booster(params, rows, batch_rows):
    wanted = boost(rows(1_000, 64), params(), 1)
    assert booster_of(boost(rows(1_000, batch_rows), params(), 1)) == booster_of(wanted)


def test_batches_without_rows_do_not_change_the_booster(params, rows):
    shards = rows(1_000)
    nothing = shards.rows.rows(np.zeros(1_000, bool))

    class Gaps:
        def __iter__(self):
            yield nothing
            for batch in shards:
                yield batch
                yield nothing

    assert booster_of(boost(Gaps(), params(), 1)) == booster_of(boost(shards, params(), 1))


@pytest.mark.skipif(N_CORES < 2, reason="XGBoost takes no more threads than there are cores")
@pytest.mark.parametrize("binary", [False, True])
def test_the_number_of_threads_does_not_change_the_booster(params, rows, binary):
    shards = rows(60_000, 8_192, binary=binary, weighted=True)
    chosen = params(objective="binary" if binary else "regression", subsample=0.8, colsample=0.7)
    wanted = booster_of(boost(shards, chosen, 1))
    assert all(booster_of(boost(shards, chosen, n)) == wanted for n in range(2, N_CORES + 1))


def test_the_seed_decides_the_sample(params, rows):
    def fit(seed):
        return booster_of(boost(rows(2_000), params(subsample=0.5, seed=seed), 1))

    assert fit(1) == fit(1)
    assert fit(1) != fit(2)


@pytest.mark.skipif(N_CORES < 2, reason="XGBoost takes no more threads than there are cores")
@pytest.mark.parametrize("n_threads", [1, 2])
def test_a_fit_takes_its_threads_although_a_worker_grants_openmp_one(n_threads):
    program = f"""
        import os
        import numpy as np
        from headrace.data.features import Feature, Features, TrainingBatch
        from headrace_xgb.params import XgbParams
        from headrace_xgb.pipeline import boost

        n_threads = lambda: len(os.listdir("/proc/self/task"))

        class Shards:
            seen = []
            def __iter__(self):
                self.seen.append(n_threads())
                values = np.random.default_rng(0).normal(size=20_000)
                yield TrainingBatch(Features((Feature("x", values),), len(values)), values, None)

        before = n_threads()
        boost(Shards(), XgbParams(features=["x"], target="y", holdout=0, rounds=1), {n_threads})
        print(max(Shards.seen) - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) == n_threads  # the fit's own, and OpenMP's beside it


def test_a_fit_leaves_xgboosts_configuration_alone(params, rows):
    before = xgb.get_config()
    XgbPipeline(params()).fit(rows(100))
    assert xgb.get_config() == before


def test_no_more_than_two_batches_are_in_memory(params, rows):
    shards = rows(5_000, 500)
    alive: list[weakref.ref] = []
    most = []

    class Watched:
        def __iter__(self):
            for batch in shards:
                most.append(sum(target() is not None for target in alive))
                alive.append(weakref.ref(batch.target))
                yield batch

    boost(Watched(), params(rounds=1), 1)
    assert max(most) <= 2


def test_a_fault_of_the_shards_comes_out_of_the_fit(params, rows):
    class Broken:
        def __iter__(self):
            yield next(iter(rows(100)))
            raise DataError("the shard is damaged")

    with pytest.raises(DataError, match="the shard is damaged"):
        boost(Broken(), params(), 1)


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


@pytest.mark.parametrize("value", [2.0, np.nan])
def test_a_constant_feature_is_a_warning(params, column, value):
    result = boost(column([value] * 50, range(50)), params(), 1)
    assert result.warnings == (
        "every row gets the same prediction",
        "constant features, of no use to the model: x",
    )


def test_a_feature_that_is_there_or_missing_is_not_constant(params, column):
    result = boost(column([np.nan] * 30 + [2.0] * 20, [0] * 30 + [1] * 20), params(), 1)
    assert result.warnings == ()


def test_trees_without_a_split_are_a_warning(params, column):
    result = boost(column(range(50), range(50)), params(min_child_weight=1_000), 1)
    assert result.warnings == ("every row gets the same prediction",)


def test_rows_that_all_weigh_nothing_are_a_data_error(params, column):
    with pytest.raises(DataError, match="All weights of the training rows are 0"):
        boost(column(range(5), range(5), [0] * 5), params(), 1)


def test_a_target_beyond_float32_is_a_data_error(params, column):
    with pytest.raises(DataError) as caught:
        boost(column([1, 2], [1.0, -1e39]), params(), 1)
    assert caught.value.what == (
        "A target has magnitude 1e+39; the fit computes in float32, up to 3.4e+38"
    )
    assert caught.value.fix == "scale the target"


def test_a_feature_beyond_float32_keeps_its_place_in_the_order(params, column):
    x, target = [-1e300, -1, 0, 1, 1e300] * 40, [0.0, 1, 2, 3, 4] * 40
    model = boost(column(x, target), params(rounds=50), 1).model
    fitted = model.predict(column(x[:5], target[:5]).rows.features)
    assert fitted.to_pylist() == pytest.approx([0, 1, 2, 3, 4], abs=0.05)
