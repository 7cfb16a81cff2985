"""What is wrong with a request is told at once and in full, before any work is done."""

import re

import pytest

USAGE = re.compile(r"\x1b|Traceback")


@pytest.fixture
def train(headrace, rows, settings):
    def train(*arguments):
        return headrace("train", "shift", "--input", rows, "--model", "m", *settings, *arguments)

    return train


def test_all_faults_of_a_request_are_one_message(headrace, root):
    ended = headrace(
        *("train", "shift", "--input", "./absent", "--model", "m@v1", "--version", "a b"),
        *("--where", "x + 1", "--set", "holdut=0", "--set", "folds=1.5", "--set", "features=[x]"),
    )
    assert ended.code == 2
    heads = re.findall(r"^(error: 7 faults:|  \d\. .*)$", ended.err, re.MULTILINE)
    assert heads[7].startswith("  7. 'a b' is not a version; wanted letters, digits,")
    assert heads[:7] == [
        "error: 7 faults:",
        "  1. Param 'target' is missing",
        "  2. Param 'folds' is 1.5; wanted a whole number",
        "  3. No param is named 'holdut'",
        "  4. --where is not understood: 'x + 1' is no comparison of a column with a value",
        "  5. There is no such file or folder",
        "  6. A training publishes a new version, so --model takes a name: got 'm@v1'",
    ]
    assert "fix:   did you mean 'holdout'?" in ended.err
    assert "fix:   --model m --version v1" in ended.err
    assert not root.exists()


def test_an_unknown_pipeline_does_not_hide_other_faults(headrace):
    ended = headrace("score", "shfit", "--input", "./absent", "--model", "m@v1", "--output", "o@v1")
    assert ended.code == 2
    assert "No pipeline is named 'shfit'" in ended.err
    assert "did you mean 'shift'?" in ended.err
    assert "There is no such file or folder" in ended.err
    assert "There is no such model" in ended.err
    assert "'o@v1' is not a name" in ended.err


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("holdout=1", "Param 'holdout' is 1; wanted less than 1"),
        ("holdout=most", "Param 'holdout' is 'most'; wanted a number"),
        ("folds=101", "Param 'folds' is 101; wanted less than or equal to 100"),
        ("folds=1", "folds is 1; wanted 0, or 2 and more"),
        ("features=x", "Param 'features' is 'x'; wanted a list"),
        ("features=[]", "Param 'features' is []; wanted"),
        ("features=[x, x]", "features lists x more than once"),
        ("target=", "Param 'target' is null; wanted text"),
        ("target=x", "target 'x' is also one of the features"),
        ("weight=y", "weight 'y' is also a feature or the target"),
        ("key=[]", "key is missing, and holdout and folds need it (or set both to 0)"),
        ("average=median", "Param 'average' is 'median'; wanted 'mean' or 'none'"),
        ("avarage=mean", "No param is named 'avarage'"),
        ("transforms=[x]", "Param 'transforms' is [\"x\"]; wanted a mapping of names to values"),
        ("transforms.y=[impute]", "transforms names y, not among the features"),
        ("transforms.x=impute", "Param 'transforms.x' is 'impute'; wanted a list"),
    ],
)
def test_a_param_that_is_wrong_is_told_with_what_was_wanted(train, setting, message):
    ended = train("--set", setting)
    assert ended.code == 2
    assert ended.err.startswith(f"error: {message}")
    assert "where: --params, --set" in ended.err


@pytest.mark.parametrize(
    ("setting", "code", "texts"),
    [
        (
            "transforms.x=[standardise]",
            2,
            ["No transform is named 'standardise'", "did you mean 'standardize'?"],
        ),
        (
            "transforms.x=[{impute: {strateg: mean}}]",
            2,
            ["No option is named 'strateg'", "transforms.x.impute", "did you mean 'strategy'?"],
        ),
        (
            "transforms.x=[one_hot]",
            4,
            ["Feature 'x' is double where transform 'one_hot' wants a category"],
        ),
        ("features=[x, zz]", 4, ["Column 'zz' (feature) is missing in the input", "'z'?"]),
        ("target=yy", 4, ["Column 'yy' (target) is missing", "its columns: id, x, z, s, y"]),
        ("target=s", 4, ["Column 's' (target) is string; wanted a number or boolean"]),
        ("weight=s", 4, ["Column 's' (weight) is string; wanted a number or boolean"]),
        ("key=[x]", 4, ["Column 'x' (key) is double; wanted an integer or a string"]),
    ],
)
def test_params_are_held_against_the_columns_before_any_work(
    train, published, root, setting, code, texts
):
    ended = train("--set", setting)
    assert ended.code == code
    for text in texts:
        assert text in ended.err
    assert published(root) == []


def test_all_faults_of_the_columns_are_one_message(train):
    ended = train(
        *("--set", "features=[a, x]", "--set", "target=b", "--set", "key=[c, y]"),
        *("--set", "transforms.x=[{impute: {strategy: 1}}]", "--where", "d == 1"),
    )
    assert ended.err.startswith("error: 6 faults:")
    for name in ("a", "b", "c", "d"):
        assert f"Column '{name}'" in ended.err


def test_a_runner_that_is_not_there_is_refused(train):
    ended = train("--runner", "inprocess")
    assert ended.code == 2
    assert "No runner is named 'inprocess'" in ended.err
    assert "did you mean 'in-process'?" in ended.err


def test_a_model_without_fold_models_cannot_score_out_of_fold(train, headrace, rows):
    train("--version", "v1", "--set", "folds=0")
    ended = headrace(
        *("score", "shift", "--input", rows, "--model", "m@v1", "--output", "o", "--out-of-fold")
    )
    assert ended.code == 2
    assert "The model has no fold models, so it cannot score out of fold" in ended.err
    assert "fix:   train it with folds of 2 and more" in ended.err


def test_a_model_of_another_pipeline_is_refused(train, headrace, rows):
    train("--version", "v1")
    ended = headrace(
        *("score", "shift_shards", "--input", rows, "--model", "m@v1", "--output", "o")
    )
    assert ended.code == 2
    assert "Model 'm@v1' was trained by pipeline 'shift', not by 'shift_shards'" in ended.err
    assert "fix:   headrace score shift" in ended.err


def test_a_damaged_model_is_exit_5(train, headrace, rows, root):
    train("--version", "v1")
    next(root.glob("models/m/versions/v1/*/model/shift.json")).write_text('{"constant": 7.0}')
    ended = headrace("score", "shift", "--input", rows, "--model", "m@v1", "--output", "o")
    assert ended.code == 5
    assert "is not the one that was published" in ended.err


def test_a_prediction_that_is_a_column_already_is_refused(train, headrace, rows, published, root):
    train("--version", "v1")
    score = ("score", "shift", "--input", rows, "--model", "m@v1", "--output", "o")
    ended = headrace(*score, "--prediction", "s")
    assert ended.code == 4
    assert "error: The input already has a column 's'" in ended.err
    assert "fix:   name the prediction otherwise by --prediction" in ended.err
    assert headrace(*score, "--prediction", "s", "--keep", "id,y").code == 0


def test_columns_to_keep_must_be_there(train, headrace, rows):
    train("--version", "v1")
    score = ("score", "shift", "--input", rows, "--model", "m@v1", "--output", "o")
    ended = headrace(*score, "--keep", "id,ss")
    assert ended.code == 4
    assert "Column 'ss' (in --keep) is missing in the input" in ended.err
    assert "did you mean 's'?" in ended.err
    ended = headrace(*score, "--keep", "id,shift_prediction")
    assert ended.code == 4
    assert "the prediction is always written" in ended.err


def test_a_column_of_another_kind_than_the_model_learnt_is_refused(train, headrace, tmp_path):
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.parquet as pq  # noqa: PLC0415

    train("--version", "v1")
    pq.write_table(pa.table({"x": ["1", "2"], "z": [1, 2]}), tmp_path / "texts.parquet")
    ended = headrace(
        *("score", "shift", "--input", "./texts.parquet", "--model", "m@v1", "--output", "o")
    )
    assert ended.code == 4
    assert "Column 'x' is string; the model was trained on a number" in ended.err


def test_intervals_of_a_pipeline_that_has_none_are_refused_before_any_work(train, headrace, rows):
    train("--version", "v1")
    common = ("score", "shift", "--input", rows, "--model", "m@v1", "--output", "o")
    ended = headrace(*common, "--interval", "0.9")
    assert ended.code == 2
    assert "The models of pipeline 'shift' have no prediction intervals" in ended.err
    assert "pipelines that have them: " in ended.err
    ended = headrace(*common, "--interval", "1")
    assert ended.code == 2
    assert "interval" in ended.err
    assert "less than 1" in ended.err
