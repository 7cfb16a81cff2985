"""Features that tell of targets: what each model sees of a training row."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from headrace.data.keys import hash_keys, is_holdout
from headrace.data.kinds import Kind
from headrace.models import Bundle, Preparation
from headrace.models.fold_states import rest_key
from headrace.models.fold_views import TrainingViews
from headrace.models.labelled import folds_of
from headrace.models.preparation import Chain
from headrace.models.prepared import PreparedShards, prepare_batch
from headrace.models.training import FoldedRows, training_batch
from headrace.plugins import discover

N_FOLDS = 4
SMOOTHING = 3.0


@pytest.fixture
def folded(params):
    return params.model_copy(update={"folds": N_FOLDS, "holdout": 0.0})


@pytest.fixture
def encoded(chain, folded):
    """Return a function that fits a preparation of x and an encoded color, which is combined."""

    def fit_on(rows):
        encode = chain("color", Kind.CATEGORY, "target_encode").transforms[0]
        encode = type(encode)(encode.Options(smoothing=SMOOTHING))
        combine_type = discover().load_transform("interaction")
        combine = combine_type(combine_type.Options.model_validate({"with": ["color"]}))
        impute = chain("x", Kind.NUMBER, "impute").transforms[0]
        preparation = Preparation.unfitted(
            [
                Chain("x", Kind.NUMBER, ("impute", "interaction"), (impute, combine)),
                Chain("color", Kind.CATEGORY, ("target_encode",), (encode,)),
                Chain("id", Kind.NUMBER, (), ()),
            ]
        )
        while not preparation.is_fitted:
            statistic = preparation.statistic(folded)
            state = statistic.add(statistic.zero(), rows.slice(0, 17))
            other = statistic.add(statistic.zero(), rows.slice(17))
            preparation = preparation.learn(statistic.finish(statistic.merge(state, other)))
        return preparation

    return fit_on


def brute_force(rows, params, excluded):
    """Return each row's encoding by the rows of folds that are not excluded for it."""
    names, target = rows.column("color").to_pylist(), rows.column("y").to_numpy()
    folds = folds_of(rows, params)
    wanted = []
    for name, fold in zip(names, folds.tolist(), strict=True):
        used = ~np.isin(folds, [fold, *excluded])
        mine = used & (np.array(names) == name)
        prior = target[used].mean()
        wanted.append((target[mine].sum() + SMOOTHING * prior) / (mine.sum() + SMOOTHING))
    return np.array(wanted)


def with_target(rows, target):
    index = rows.schema.get_field_index("y")
    return rows.set_column(index, "y", pa.array(target, pa.float64()))


def test_a_row_is_prepared_by_neither_its_fold_nor_that_of_the_model(encoded, folded, rows):
    views = TrainingViews(encoded(rows), rows, folds_of(rows, folded))
    full = views.full()
    assert full.names == ("x", "x*color", "color", "id")
    np.testing.assert_allclose(full.columns[2].values, brute_force(rows, folded, []))
    for fold in range(N_FOLDS):
        seen = views.without(fold)
        wanted = brute_force(rows, folded, [fold])
        np.testing.assert_allclose(seen.columns[2].values, wanted)
        np.testing.assert_allclose(seen.columns[1].values, seen.columns[0].values * wanted)
        assert seen.columns[3] is full.columns[3]


def test_a_rows_own_target_is_no_part_of_its_encoding(encoded, folded, rows):
    folds = folds_of(rows, folded)
    target = rows.column("y").to_numpy()
    before = TrainingViews(encoded(rows), rows, folds)
    for row in range(0, rows.num_rows, 7):
        other = target.copy()
        other[row] = 1e6
        changed = with_target(rows, other)
        after = TrainingViews(encoded(changed), changed, folds)
        for one, two in [
            (before.full(), after.full()),
            *((before.without(k), after.without(k)) for k in range(N_FOLDS)),
        ]:
            assert one.columns[2].values[row] == two.columns[2].values[row]
        assert (before.full().columns[2].values != after.full().columns[2].values).any()


@pytest.mark.parametrize("fold", range(N_FOLDS))
def test_the_targets_of_a_fold_are_no_part_of_what_its_model_sees(encoded, folded, rows, fold):
    folds = folds_of(rows, folded)
    target = rows.column("y").to_numpy()
    changed = with_target(rows, np.where(folds == fold, target * 1e6 + 0.1, target))
    one, two = (TrainingViews(encoded(each), each, folds).without(fold) for each in (rows, changed))
    for left, right in zip(one.columns, two.columns, strict=True):
        assert left.values.tobytes() == right.values.tobytes()


def test_a_batch_is_seen_as_its_rows_are_in_any_other(encoded, folded, rows):
    preparation = encoded(rows)
    folds = folds_of(rows, folded)
    whole = TrainingViews(preparation, rows, folds)
    for start, size in [(0, 0), (3, 1), (5, 30)]:
        part = TrainingViews(preparation, rows.slice(start, size), folds[start : start + size])
        for got, wanted in [(part.full(), whole.full()), (part.without(1), whole.without(1))]:
            assert got.names == wanted.names
            for one, other in zip(got.columns, wanted.columns, strict=True):
                assert one.values.tobytes() == other.values[start : start + size].tobytes()


def test_a_statistic_gets_the_rows_of_each_fold_and_the_rest_of_it(encoded, folded, rows):
    preparation = encoded(rows)
    folds = folds_of(rows, folded)
    items = {item.fold: item.item for item in FoldedRows(preparation, folded)(rows)}
    assert set(items) == {*range(N_FOLDS), *map(rest_key, range(N_FOLDS))}
    views = TrainingViews(preparation, rows, folds)
    for fold in range(N_FOLDS):
        for item, chosen, seen in [
            (items[fold], folds == fold, views.full()),
            (items[rest_key(fold)], folds != fold, views.without(fold)),
        ]:
            np.testing.assert_array_equal(item.target, rows.column("y").to_numpy()[chosen])
            for got, wanted in zip(item.features.columns, seen.columns, strict=True):
                np.testing.assert_array_equal(got.values, wanted.values[chosen])


def test_prepared_shards_give_each_model_its_view(tmp_path, encoded, folded, rows):
    preparation = encoded(rows)
    folds = folds_of(rows, folded)
    prepared = prepare_batch(rows, preparation, folded)
    varying = [name for name in prepared.schema.names if "without" in name]
    assert varying == [f"feature {i} without {k}" for k in range(N_FOLDS) for i in (0, 1, 2)]
    path = tmp_path / "prepared-0.arrow"
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, prepared.schema) as writer:
        writer.write_batch(prepared)
    shards = PreparedShards(
        str(tmp_path),
        [path.name],
        preparation.features(rows.slice(0, 0)),
        np.bincount(folds.astype(int)).tolist(),
    )
    views = TrainingViews(preparation, rows, folds)
    (batch,) = shards
    for got, wanted in zip(batch.features.columns, views.full().columns, strict=True):
        np.testing.assert_array_equal(got.values, wanted.values)
    for fold in range(N_FOLDS):
        (batch,) = replace(shards, without=fold)
        for got, wanted in zip(batch.features.columns, views.without(fold).columns, strict=True):
            np.testing.assert_array_equal(got.values, wanted.values[folds != fold])


def test_rows_are_scored_out_of_fold_without_their_fold_and_otherwise_by_all(
    bundle, encoded, params, rows, restore
):
    keyed = params.model_copy(update={"folds": N_FOLDS})
    hashes = hash_keys(rows, keyed.key, keyed.seed)
    held = is_holdout(hashes, keyed.holdout)
    preparation = encoded(rows.filter(pa.array(~held)))
    models = tuple(type(bundle.model)(0.0) for _ in range(N_FOLDS))
    made = replace(bundle, params=keyed, preparation=preparation, fold_models=models)
    stored = restore(made.files())
    assert isinstance(stored, Bundle)
    assert stored.files() == made.files()
    got = stored.predict_out_of_fold(rows).to_numpy()
    folds = folds_of(rows, keyed)
    for fold in range(N_FOLDS):
        mine = (folds == fold) & ~held
        view = preparation.without(frozenset({fold})).features(rows)
        np.testing.assert_array_equal(got[mine], models[fold].predict(view).to_numpy()[mine])
    whole = made.model.predict(preparation.features(rows)).to_numpy()
    np.testing.assert_array_equal(got[held], whole[held])
    np.testing.assert_array_equal(stored.predict(rows).to_numpy(), whole)


def test_without_such_a_feature_every_view_is_the_same(bundle, params, rows):
    preparation = bundle.preparation
    assert not preparation.reads_target
    wanted = preparation.features(rows)
    views = TrainingViews(preparation, rows, folds_of(rows, params))
    trained_on = training_batch(rows, preparation, params).features
    for view in (views.full(), views.without(0), trained_on):
        assert view.names == wanted.names
        for one, other in zip(view.columns, wanted.columns, strict=True):
            assert one.values.tobytes() == other.values.tobytes()
    assert not [n for n in prepare_batch(rows, preparation, params).schema.names if "without" in n]


def test_who_learns_the_target_has_to_be_told_which_it_is(chain, rows):
    preparation = Preparation.unfitted([chain("color", Kind.CATEGORY, "target_encode")])
    statistic = preparation.statistic()
    with pytest.raises(ValueError, match="no params tell which it is"):
        statistic.add(statistic.zero(), rows)
