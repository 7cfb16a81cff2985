"""Bad input through the real entrypoint: a clear error, its exit code, and nothing published."""

import json
import sys
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headrace.cli.app import main

MODEL = "root/models/m/versions/v1/_manifest.json"
ALL = ("--set", "holdout=0", "--set", "folds=0")  # every row is trained on

both = pytest.mark.parametrize("pipeline", ["linreg", "xgb"])


@dataclass(frozen=True)
class Ended:
    """How the entrypoint ended, and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Return a function that calls the entrypoint in this process, which imports Beam once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADRACE_ROOT", str(tmp_path / "root"))

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["headrace", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), printed.out, printed.err)

    return call


@pytest.fixture
def train(call):
    def train(pipeline, *arguments, rows="./rows.parquet", features="x, z"):
        columns = (f"features=[{features}]", "target=y", "key=[id]")
        settings = [argument for setting in columns for argument in ("--set", setting)]
        command = ("train", pipeline, "--input", rows, "--model", "m", "--version", "v1")
        return call(*command, *settings, *arguments)

    return train


@pytest.fixture
def score(call):
    def score(pipeline, *arguments, rows="./rows.parquet", output="o"):
        return call(
            *("score", pipeline, "--input", rows, "--model", "m@v1", "--output", output),
            *arguments,
        )

    return score


@pytest.fixture
def write(tmp_path):
    """Return a function that writes rows, some of their columns others or left out."""

    def write(name="rows.parquet", n_rows=60, without=(), **columns):
        rows = range(n_rows)
        table = {
            "id": list(rows),
            "x": [float(i % 7) for i in rows],
            "z": [float(i * i % 11) for i in rows],
            "s": ["abc"[i % 3] for i in rows],
            "y": [2.0 * (i % 7) - i * i % 11 + 0.1 * (i % 3) for i in rows],
        }
        table = {name: values for name, values in table.items() if name not in without}
        pq.write_table(pa.table(table | columns), tmp_path / name)

    return write


@pytest.fixture
def published(tmp_path):
    """Return a function that lists what is published, but for bad rows put aside."""
    return lambda: [
        path.relative_to(tmp_path).as_posix()
        for path in sorted(tmp_path.rglob("_manifest.json"))
        if ".quarantine" not in path.as_posix()
    ]


@pytest.fixture
def refused(published, tmp_path):
    """Return a function that checks that a command was refused, by what and where, with a fix."""

    def refused(ended, code, what, where, fix, *, before=()):
        assert ended.code == code, ended.err
        assert ended.out == ""
        message = ended.err[ended.err.index("error: ") :]
        told, _, rest = message.partition("\n  where: ")
        where_told, _, fix_told = rest.partition("\n  fix:   ")
        assert what in told
        assert where in where_told
        assert fix in fix_told
        assert "Traceback" not in ended.err
        assert published() == list(before)
        staged = (tmp_path / "root").glob("*/*/staging/**/*")
        assert [path for path in staged if path.is_file()] == []

    return refused


@pytest.fixture
def manifest(tmp_path):
    return lambda: json.loads((tmp_path / MODEL).read_text())


@both
def test_a_file_that_is_not_there(pipeline, train, refused):
    ended = train(pipeline, rows="./rows.parquet")
    refused(ended, 4, "There is no such file or folder", "rows.parquet", "")


@both
def test_a_bare_name_that_is_no_dataset(pipeline, train, refused):
    ended = train(pipeline, rows="rows.parquet")
    refused(
        ended,
        4,
        "There is no dataset named 'rows.parquet'",
        "root/datasets/rows.parquet",
        "a file or folder has a slash in it: ./rows.parquet",
    )


@both
def test_an_empty_folder(pipeline, train, refused, tmp_path):
    (tmp_path / "rows").mkdir()
    ended = train(pipeline, rows="./rows")
    refused(ended, 4, "The folder has no files to read", "rows", "")


@both
def test_a_file_without_rows(pipeline, train, write, refused):
    write(
        n_rows=0,
        **{name: pa.array([], pa.float64()) for name in "xyz"},
        id=pa.array([], pa.int64()),
    )
    ended = train(pipeline, *ALL)
    refused(ended, 4, "There are no training rows", "./rows.parquet", "check the input for rows")


@both
def test_a_text_that_is_named_parquet(pipeline, train, write, refused, tmp_path):
    (tmp_path / "rows.parquet").write_text("id,x,z,y\n1,2,3,4\n")
    ended = train(pipeline)
    refused(
        ended, 4, "The file cannot be read: Parquet magic bytes not found", "rows.parquet", "write"
    )


@both
def test_a_damaged_file_among_good_ones(pipeline, train, write, refused, tmp_path):
    (tmp_path / "rows").mkdir()
    write("rows/a.parquet")
    write("rows/b.parquet")
    damaged = tmp_path / "rows/b.parquet"
    data = bytearray(damaged.read_bytes())
    data[4:200] = bytes(196)  # the pages of its first column; the footer is whole
    damaged.write_bytes(data)
    ended = train(pipeline, *ALL, rows="./rows", features="id, x")
    refused(ended, 4, "The file cannot be read: ", "rows/b.parquet", "write it again")


@both
def test_a_file_of_no_known_format(pipeline, train, refused, tmp_path):
    (tmp_path / "rows.txt").write_text("x")
    ended = train(pipeline, rows="./rows.txt")
    refused(ended, 4, "The format of 'rows.txt' is not known", "rows.txt", ".parquet or .csv")


@both
def test_files_whose_columns_differ(pipeline, train, write, refused, tmp_path):
    (tmp_path / "rows").mkdir()
    write("rows/a.parquet")
    write("rows/b.parquet", without=["z"])
    ended = train(pipeline, rows="./rows")
    refused(ended, 4, "Column 'z' is missing in one of 2 files", "rows/b.parquet", "rows/a.parquet")


@both
def test_a_column_that_is_missing_in_training(pipeline, train, write, refused):
    write()
    ended = train(pipeline, features="x, zz")
    refused(
        ended,
        4,
        "Column 'zz' (feature) is missing in the input",
        "./rows.parquet; its columns: id, x, z, s, y",
        "did you mean 'z'?",
    )


@both
def test_a_column_that_is_missing_in_scoring(pipeline, train, score, write, refused):
    write()
    assert train(pipeline).code == 0
    write("new.parquet", without=["z", "y"])
    ended = score(pipeline, rows="./new.parquet")
    refused(
        ended,
        4,
        "Column 'z' (feature) is missing in the input",
        "./new.parquet; its columns: id, x, s",
        "name a column that is there",
        before=[MODEL],
    )


@both
def test_a_string_where_a_transform_wants_a_number(pipeline, train, write, refused):
    write()
    ended = train(pipeline, "--set", "transforms.s=[standardize]", features="x, s")
    refused(
        ended,
        4,
        "Feature 's' is string where transform 'standardize' wants a number",
        "./rows.parquet",
        "choose another transform",
    )


@both
def test_a_string_as_the_target(pipeline, train, write, refused):
    write()
    ended = train(pipeline, "--set", "target=s")
    refused(
        ended, 4, "Column 's' (target) is string; wanted a number or boolean", "./rows.parquet", ""
    )


@both
def test_a_column_that_became_a_string(pipeline, train, score, write, refused):
    write()
    assert train(pipeline).code == 0
    write("new.parquet", x=["1.0"] * 60)
    ended = score(pipeline, rows="./new.parquet")
    refused(
        ended,
        4,
        "Column 'x' is string; the model was trained on a number",
        "./new.parquet",
        "cast the column in the data, or train the model again",
        before=[MODEL],
    )


@both
def test_a_target_without_values(pipeline, train, write, refused):
    write(y=pa.array([None] * 60, pa.float64()))
    ended = train(pipeline)
    refused(ended, 4, "There are no training rows", "./rows.parquet", "check the input for rows")


@both
def test_a_target_without_values_or_type(pipeline, train, write, refused):
    write(y=pa.nulls(60))
    ended = train(pipeline)
    refused(ended, 4, "Column 'y' (target) is null; wanted a number", "./rows.parquet", "")


def test_a_binary_target_with_other_values(train, write, refused):
    write()
    ended = train("xgb", "--set", "objective=binary")
    refused(ended, 4, "target y is neither 0 nor 1", "root/datasets/m.quarantine@", "--max-bad")


@both
def test_a_model_of_another_pipeline(pipeline, train, score, write, refused):
    other = {"linreg": "xgb", "xgb": "linreg"}[pipeline]
    write()
    assert train(other).code == 0
    ended = score(pipeline)
    refused(
        ended,
        2,
        f"Model 'm@v1' was trained by pipeline '{other}', not by '{pipeline}'",
        "root/models/m@v1",
        f"headrace score {other} ...",
        before=[MODEL],
    )


@both
def test_a_place_where_nothing_can_be_written(pipeline, train, score, write, refused, tmp_path):
    write()
    (tmp_path / "file").write_text("")
    ended = train(pipeline, "--root", "./file/root")
    refused(ended, 2, "Cannot write there: Not a directory", "file/root/models/m", "")
    assert train(pipeline).code == 0
    ended = score(pipeline, output="./file/scored")
    refused(ended, 2, "Cannot write there: Not a directory", "file/scored", "", before=[MODEL])


@both
def test_a_param_that_is_not_there(pipeline, train, write, refused):
    write()
    ended = train(pipeline, "--set", "holdut=0.1")
    refused(ended, 2, "No param is named 'holdut'", "--params, --set", "did you mean 'holdout'?")


@pytest.mark.parametrize(
    ("pipeline", "setting", "what"),
    [
        ("linreg", "holdout=1.5", "Param 'holdout' is 1.5; wanted less than 1"),
        ("linreg", "intercept=maybe", "Param 'intercept' is 'maybe'; wanted true or false"),
        ("xgb", "rounds=0", "Param 'rounds' is 0; wanted greater than or equal to 1"),
        ("xgb", "learning_rate=2", "Param 'learning_rate' is 2; wanted less than or equal to 1"),
        ("xgb", "objective=rank", "Param 'objective' is 'rank'; wanted 'regression' or 'binary'"),
    ],
)
def test_a_param_out_of_its_range(pipeline, setting, what, train, write, refused):
    write()
    ended = train(pipeline, "--set", setting)
    refused(ended, 2, what, "--params, --set", f"headrace describe {pipeline}")


def test_features_that_determine_one_another(train, write, refused):
    write(twice=[2.0 * (i % 7) + 3.0 for i in range(60)])
    ended = train("linreg", features="x, z, twice")
    refused(
        ended,
        4,
        "Feature 'twice' is a linear combination of: the intercept, x",
        "features: x, z, twice",
        "leave one of them out",
    )


def test_fewer_rows_than_coefficients(train, write, refused):
    write(n_rows=2)
    ended = train("linreg", *ALL)
    refused(
        ended,
        4,
        "There are 2 training rows for 3 coefficients",
        "./rows.parquet",
        "train on more rows, or on fewer features",
    )


@both
def test_a_constant_feature_is_fitted_with_a_warning(pipeline, train, score, write, manifest):
    write(x=[3.0] * 60)
    ended = train(pipeline)
    assert ended.code == 0
    (warning,) = manifest()["warnings"]
    assert "x" in warning.split()
    assert "constant" in warning
    assert f"warning: {warning}" in ended.err
    assert score(pipeline).code == 0


@both
def test_a_single_row_is_fitted_with_a_warning(pipeline, train, score, write, manifest):
    write(n_rows=1)
    assert train(pipeline, *ALL).code == 0
    assert any("single row" in warning for warning in manifest()["warnings"])
    assert score(pipeline).code == 0
