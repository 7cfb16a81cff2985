import json
from dataclasses import replace

import pyarrow as pa
import pytest

from headrace.data.keys import fold_of, hash_keys, is_holdout
from headrace.errors import ModelError, RequestError


def test_files_restore_the_same_bundle_to_the_bit(bundle, restore, rows):
    files = bundle.files()
    restored = restore(files)
    assert restored.files() == files
    assert restored.predict(rows).equals(bundle.predict(rows))
    assert restored.predict_out_of_fold(rows).equals(bundle.predict_out_of_fold(rows))
    assert restored.params == bundle.params


def test_files_are_a_description_and_a_folder_for_each_model(bundle):
    assert sorted(bundle.files()) == [
        "bundle.json",
        "folds/0/sum.json",
        "folds/1/sum.json",
        "model/sum.json",
    ]


def test_each_row_is_scored_by_the_model_of_its_fold_and_the_holdout_by_the_full_one(bundle, rows):
    hashes = hash_keys(rows, ["id"], bundle.params.seed)
    held, folds = is_holdout(hashes, 0.2), fold_of(hashes, 2)
    assert held.any()
    base = replace(bundle, model=type(bundle.model)(0.0)).predict(rows).to_pylist()
    extra = [0.1 if h else (100.0, 200.0)[int(f)] for h, f in zip(held, folds, strict=True)]
    got = bundle.predict_out_of_fold(rows).to_pylist()
    assert got == pytest.approx([b + e for b, e in zip(base, extra, strict=True)], abs=1e-9)


def test_out_of_fold_predictions_do_not_depend_on_the_batch(bundle, rows):
    whole = bundle.predict_out_of_fold(rows)
    parts = [bundle.predict_out_of_fold(rows.slice(start, 3)) for start in range(0, 40, 3)]
    assert pa.concat_arrays(parts).equals(whole)


def test_of_no_rows_there_are_no_predictions(bundle, rows):
    for predict in (bundle.predict, bundle.predict_out_of_fold):
        empty = predict(rows.slice(0, 0))
        assert len(empty) == 0
        assert empty.type == pa.float64()


def test_without_fold_models_nothing_is_scored_out_of_fold(bundle, rows):
    with pytest.raises(RequestError, match="no fold models"):
        replace(bundle, fold_models=()).predict_out_of_fold(rows)


def damaged(files, **changes):
    description = json.loads(files["bundle.json"]) | changes
    return {**files, "bundle.json": json.dumps(description).encode()}


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "headrace/bundle/v9"},
        {"task": "poetry"},
        {"n_fold_models": "many"},
        {"n_fold_models": 7},
        {"n_fold_models": float("inf")},
        {"params": {"target": 3}},
        {"features": [{"name": "x"}]},
        {"features": [{"name": "x", "kind": "smell", "transforms": []}]},
        {"features": 3},
        {"features": [{"name": "x", "kind": "number", "transforms": [{"name": "impute"}]}]},
        {
            "features": [
                {
                    "name": "x",
                    "kind": "number",
                    "transforms": [{"name": "impute", "options": {"gone": 1}, "state": {}}],
                }
            ]
        },
    ],
)
def test_a_damaged_description_is_a_model_error(bundle, restore, changes):
    with pytest.raises(ModelError):
        restore(damaged(bundle.files(), **changes))


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"null", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"format": 1e999}']
)
def test_a_description_that_is_no_json_is_a_model_error(bundle, restore, text):
    with pytest.raises(ModelError):
        restore({**bundle.files(), "bundle.json": text})


def test_a_missing_file_is_a_model_error(bundle, restore):
    for path in bundle.files():
        rest = {name: data for name, data in bundle.files().items() if name != path}
        with pytest.raises(ModelError):
            restore(rest)


def test_a_model_type_is_looked_up_by_name_and_never_imported_by_a_file(bundle, restore):
    with pytest.raises(ModelError):
        restore(damaged(bundle.files(), model="os:system"))


def test_a_bundle_of_an_unknown_format_says_which(bundle, restore):
    with pytest.raises(ModelError, match="format 'headrace/bundle/v9'; wanted"):
        restore(damaged(bundle.files(), format="headrace/bundle/v9"))
