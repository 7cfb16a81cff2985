"""What becomes of each row: filtered, unlabelled, bad, held out, scored."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headrace.contracts.manifest import Manifest

ALL = ("--set", "holdout=0", "--set", "folds=0")


@pytest.fixture
def faulty(tmp_path):
    """Write two files: 10 rows, of which one is unlabelled; 10 rows, of which two are bad."""
    folder = tmp_path / "faulty"
    folder.mkdir()
    good = {"id": list(range(10)), "x": [1.0] * 10, "z": [2] * 10, "y": [6.0] * 9 + [None]}
    bad = {
        "id": list(range(10, 20)),
        "x": [1.0] * 8 + [None, float("inf")],
        "z": [2] * 10,
        "y": [6.0] * 10,
    }
    pq.write_table(pa.table(good), folder / "a.parquet")
    pq.write_table(pa.table(bad), folder / "b.parquet")
    return folder


@pytest.fixture
def train(headrace, faulty, settings):
    def train(*arguments):
        return headrace(
            *("train", "shift", "--input", faulty, "--model", "m", *settings, *ALL, *arguments)
        )

    return train


def quarantined(root, name="m"):
    (folder,) = (root / f"datasets/{name}.quarantine/versions").iterdir()
    manifest = Manifest.model_validate_json((folder / "_manifest.json").read_text())
    paths = [folder / manifest.folder / file.path for file in manifest.files]
    return manifest, pq.read_table(paths)


def test_too_many_bad_rows_end_the_run_and_are_kept_to_look_at(train, root, published, faulty):
    ended = train()
    assert ended.code == 4
    assert ended.err.endswith(
        "error: 2 of 20 rows are bad (10.00%); at most 0.10% may be: x is infinite (1), "
        "x is missing (1)\n"
        f"  where: bad rows: {root}/datasets/m.quarantine@{quarantined(root)[0].version}\n"
        "  fix:   repair the data, name a transform such as impute, or raise --max-bad\n"
    )
    assert published(root) == []
    manifest, table = quarantined(root)
    assert table.column_names == [
        *("headrace_reason", "headrace_file", "headrace_row", "id", "x", "z", "y"),
    ]
    assert table["headrace_reason"].to_pylist() == ["x is missing", "x is infinite"]
    assert table["headrace_file"].to_pylist() == [f"{faulty}/b.parquet"] * 2
    assert table["headrace_row"].to_pylist() == [8, 9]
    assert table["id"].to_pylist() == [18, 19]
    assert manifest.rejected_reasons == {"x is missing": 1, "x is infinite": 1}
    assert [column.name for column in manifest.columns] == table.column_names


def test_up_to_max_bad_the_run_goes_on_without_the_bad_rows(train, root):
    ended = train("--max-bad", "0.1", "--json")
    manifest = Manifest.model_validate_json(ended.out)
    assert manifest.rows.model_dump() == {
        "read": 20,
        "written": 0,
        "rejected": 2,
        "unlabelled": 1,
        "trained": 17,
        "holdout": 0,
    }
    assert manifest.rejected_reasons == {"x is missing": 1, "x is infinite": 1}
    assert quarantined(root)[1].num_rows == 2
    assert f"2 bad rows, see {root}/datasets/m.quarantine@" in ended.err


def test_a_transform_that_handles_missing_values_makes_such_rows_good(train):
    ended = train("--max-bad", "0.05", "--set", "transforms.x=[impute]", "--json")
    assert Manifest.model_validate_json(ended.out).rejected_reasons == {"x is infinite": 1}


def test_rows_that_where_leaves_out_are_not_read_at_all(train):
    ended = train("--where", "id < 18 and id not in (3, 4)", "--json")
    rows = Manifest.model_validate_json(ended.out).rows
    assert (rows.read, rows.rejected, rows.unlabelled, rows.trained) == (16, 0, 1, 15)


def test_a_bad_row_is_named_by_its_row_in_the_file_also_behind_a_filter(train, root):
    assert train("--where", "id > 15").code == 4
    assert quarantined(root)[1]["headrace_row"].to_pylist() == [8, 9]


@pytest.mark.parametrize(
    ("where", "code", "text"),
    [
        ("x = 1", 2, "--where is not understood"),
        ("x + 1 > 2", 2, "'x + 1 > 2' is no comparison of a column with a value"),
        ("__import__('os')", 2, "is no comparison of a column with a value"),
        ("idd > 3", 4, "Column 'idd' (in --where) is missing in the input"),
        ("id > 'a'", 4, "--where compares column 'id', which is int64, with 'a'"),
        ("id in ('a',)", 4, "--where compares column 'id', which is int64, with ('a',)"),
        ("id > 100000000000000000000", 4, "--where compares column 'id'"),
    ],
)
def test_a_filter_that_is_wrong_is_refused_before_any_work(train, where, code, text):
    ended = train("--where", where)
    assert ended.code == code
    assert text in ended.err
    assert "pass" not in ended.err


def test_a_filter_that_leaves_nothing_to_train_on_is_a_data_error(train):
    ended = train("--where", "id > 100")
    assert ended.code == 4
    assert "There are no training rows" in ended.err


def test_rows_without_a_key_are_bad_where_a_holdout_or_folds_need_it(headrace, tmp_path, settings):
    table = pa.table({"id": [1, None], "x": [1.0, 2.0], "z": [1, 1], "y": [5.0, 6.0]})
    pq.write_table(table, tmp_path / "keys.parquet")
    command = ("train", "shift", "--input", "./keys.parquet", "--model", "m", *settings)
    assert "key id is null (1)" in headrace(*command).err
    assert headrace(*command, *ALL).code == 0


def test_scoring_rejects_bad_rows_but_never_reads_the_target(train, headrace, faulty, root):
    train("--version", "v1", "--where", "id < 18")
    score = ("score", "shift", "--input", faulty, "--model", "m@v1", "--output", "o")
    assert headrace(*score).code == 4
    assert quarantined(root, "o")[1]["id"].to_pylist() == [18, 19]
    ended = headrace(*score, "--max-bad", "1", "--json")
    manifest = Manifest.model_validate_json(ended.out)
    assert (manifest.rows.read, manifest.rows.written, manifest.rows.rejected) == (20, 18, 2)
    assert [file.rows for file in manifest.files] == [10, 8]
    assert manifest.rows.unlabelled == 0


def test_an_evaluation_leaves_unlabelled_rows_out(train, headrace, faulty):
    train("--version", "v1", "--where", "id < 18")
    ended = headrace(
        *("evaluate", "shift", "--input", faulty, "--model", "m@v1", "--where", "id < 18"),
        "--json",
    )
    manifest = Manifest.model_validate_json(ended.out)
    assert (manifest.rows.read, manifest.rows.unlabelled) == (18, 1)
    assert manifest.metrics["input"]["rmse"] == 0


def test_an_input_without_labels_cannot_be_evaluated(train, headrace, faulty):
    train("--version", "v1", "--where", "id < 18")
    ended = headrace(
        *("evaluate", "shift", "--input", faulty, "--model", "m@v1", "--where", "id == 9")
    )
    assert ended.code == 4
    assert "The input has no labelled rows to evaluate on" in ended.err
    assert "check column 'y' for values" in ended.err


def test_out_of_fold_each_row_gets_the_model_that_never_saw_it(headrace, rows, settings, root):
    """One row has a target that moves every model that saw it, and no other row does."""
    table = pq.read_table(rows)
    y = table["y"].to_pylist()
    y[7] += 300.0
    pq.write_table(table.set_column(4, "y", pa.array(y)), rows / "0.parquet")
    (rows / "1.parquet").unlink()
    assert (
        headrace(
            *("train", "shift", "--input", rows, "--model", "m", *settings),
            *("--version", "v1", "--set", "holdout=0"),
        ).code
        == 0
    )
    for arguments, version in (((), "v1"), (("--out-of-fold",), "v2")):
        assert (
            headrace(
                *("score", "shift", "--input", rows, "--model", "m@v1", "--output", "o"),
                *("--version", version, *arguments),
            ).code
            == 0
        )
    full, out_of_fold = (
        pq.read_table(next(root.glob(f"datasets/o/versions/{version}/*/part-00000.parquet")))
        for version in ("v1", "v2")
    )
    errors = [
        predicted - expected
        for predicted, expected in zip(
            out_of_fold["shift_prediction"].to_pylist(), table["y"].to_pylist(), strict=True
        )
    ]
    untouched = {row for row, error in enumerate(errors) if error == 0}
    assert 7 in untouched
    assert 30 < len(untouched) < 90
    assert all(full["shift_prediction"].to_numpy() - table["y"].to_numpy() == 1)


def test_the_holdout_is_measured_by_the_full_model_and_not_trained_on(headrace, rows, settings):
    ended = headrace(
        *("train", "shift", "--input", rows, "--model", "m", *settings),
        *("--set", "holdout=0.4", "--json"),
    )
    counts = json.loads(ended.out)["rows"]
    assert counts["trained"] + counts["holdout"] == 300
    assert 90 < counts["holdout"] < 150


def test_csv_is_read_as_parquet_is(headrace, tmp_path, settings, root):
    (tmp_path / "rows.csv").write_text("id,x,z,s,y\n1,1.5,2,a,6.5\n2,2.5,3,b,8.5\n3,,1,c,1\n")
    ended = headrace(
        *("train", "shift", "--input", "./rows.csv", "--model", "m", *settings, *ALL),
        *("--max-bad", "0.5", "--version", "v1"),
    )
    assert ended.code == 0, ended.err
    assert quarantined(root)[1]["headrace_row"].to_pylist() == [2]
    (file,) = root.glob("models/m/versions/v1/*/model/shift.json")
    state = json.loads(file.read_text())
    assert state == {"constant": 3.0}
