"""Add, correct and forget rows of a model in whole runs, from files, as a user does."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headrace.errors import DataError, ModelError, RequestError
from headrace.runtime.run import run
from headrace.storage.lineage import ancestors, descendants
from headrace.testing import regression_sample, sample_params
from headrace.testing.trial import Trial

DAYS = 12
DAY = 60
LEARNS_NOTHING = {
    "gap": [{"impute": {"strategy": "constant", "value": 1.5}}],
    "color": [{"one_hot": {"categories": ["red", "green", "blue", None]}}],
    "at": ["calendar"],
}
PARAMS = sample_params() | {"transforms": LEARNS_NOTHING, "folds": 2, "holdout": 0.1}


class Days(Trial):
    """A trial on daily files."""

    def __init__(self, folder, params=PARAMS):
        super().__init__("linreg", params, folder)
        table = regression_sample(DAYS * DAY)
        tables = [table.slice(day * DAY, DAY) for day in range(DAYS)]
        self.year = self.write(tables)
        self.root = str(folder / "root")

    def day(self, number):
        return f"{self.year}/part-{number:03}.parquet"

    def fit(self, input_, name="model", *, where=None, **params):
        request = self.training(input_, name, self.params | params)
        manifest, _ = run(request.model_copy(update={"where": where}), self.plugins)
        return self.published(manifest)

    def add(self, base, input_, **params):
        return self.fit(input_, base=base.manifest.address, **params)

    def remove(self, base, input_, **params):
        return self.add(base, input_, remove=True, **params)


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    return Days(tmp_path_factory.mktemp("days"))


@pytest.fixture(scope="module")
def year(days):
    return days.fit(days.year, "year")


@pytest.fixture(scope="module")
def first(days):
    return days.fit(days.day(0), "first")


@pytest.fixture(scope="module")
def without_3(days, year):
    return days.remove(year, days.day(3))


def test_daily_updates_have_the_bytes_of_one_training(days, year, first):
    model = first
    for day in range(1, DAYS):
        model = days.add(model, days.day(day))
    assert model.files == year.files
    assert model.manifest.digest == year.manifest.digest
    assert model.manifest.rows.trained == year.manifest.rows.trained
    assert model.manifest.rows.read == DAY
    assert model.manifest.metrics["cross_validation"] == year.manifest.metrics["cross_validation"]
    fitted_on = model.manifest.fitted_on
    assert [entry.resolved for entry in fitted_on] == [days.day(day) for day in range(DAYS)]
    assert sum(entry.rows for entry in fitted_on) == model.manifest.rows.trained


def test_a_day_that_is_taken_out_and_added_again_leaves_the_same_bytes(days, year, without_3):
    assert without_3.manifest.digest != year.manifest.digest
    assert "holdout" not in without_3.manifest.metrics
    (left,) = without_3.manifest.fitted_on
    assert len(left.files) == DAYS - 1
    assert left.rows == without_3.manifest.rows.trained < year.manifest.rows.trained
    again = days.add(without_3, days.day(3))
    assert again.files == year.files


def test_a_model_without_a_day_is_the_one_that_never_saw_it(days, tmp_path, without_3):
    others = tmp_path / "others"
    shutil.copytree(days.year, others)
    (others / "part-003.parquet").unlink()
    never = days.fit(str(others), "never")
    for path, data in never.files.items():
        assert path == "golden.arrow" or without_3.files[path] == data, path


def test_what_is_forgotten_is_in_no_golden_row(days, year, without_3):
    forgotten = set(pq.read_table(days.day(3)).column("x").to_pylist())

    def golden(model):
        with pa.ipc.open_stream(model.files["golden.arrow"]) as reader:
            return set(reader.read_all().column("x").to_pylist())

    assert golden(year) & forgotten
    assert golden(without_3) == golden(year) - forgotten


def test_a_day_is_corrected_by_taking_it_out_and_adding_the_right_one(days, tmp_path, first):
    table = pq.read_table(days.day(1))
    wrong = table.set_column(table.schema.get_field_index("x"), "x", pa.array([9.0] * DAY))
    pq.write_table(wrong, tmp_path / "wrong.parquet")
    model = days.add(first, str(tmp_path / "wrong.parquet"))
    model = days.remove(model, str(tmp_path / "wrong.parquet"))
    assert days.add(model, days.day(1)).manifest.fitted_on[1].resolved == days.day(1)


def test_the_last_step_may_be_another(days, first):
    model = days.add(first, days.day(1), ridge=[0.0, 5.0], intercept=False)
    assert json.loads(model.files["model/linear.json"])["intercept"] == 0.0
    assert model.manifest.params["ridge"] == [0.0, 5.0]


def test_the_base_is_named_by_an_alias_and_recorded_by_its_version(days, first):
    model = days.fit(days.day(1), base=f"{first.manifest.uri}@latest")
    assert model.manifest.model.uri == first.manifest.address
    assert model.manifest.model.digest == first.manifest.digest
    assert model.manifest.params["base"].endswith("@latest")


def test_the_same_update_again_is_done_already(days, first):
    request = days.training(days.day(5), "again", PARAMS | {"base": first.manifest.address})
    request = request.model_copy(update={"version": "v1"})
    assert [run(request, days.plugins)[1] for _ in range(2)] == [False, True]


def test_a_day_without_training_rows_changes_nothing(days, tmp_path, first):
    table = pq.read_table(days.day(1))
    nulls = table.set_column(table.schema.get_field_index("y"), "y", pa.nulls(DAY, pa.float64()))
    pq.write_table(nulls, tmp_path / "empty.parquet")
    model = days.add(first, str(tmp_path / "empty.parquet"))
    assert model.files == first.files
    assert model.manifest.rows.trained == first.manifest.rows.trained


def test_lineage_lists_what_a_model_is_fitted_on_and_not_what_was_taken_out(days, first):
    model = days.remove(days.add(first, days.year + "/part-00[12].parquet"), days.day(2))
    base, *fitted = ancestors(model.manifest, days.root)
    assert (base.kind, base.nodes) == ("model", ())
    assert [node.address for node in fitted] == [days.day(0), days.year + "/part-00[12].parquet"]
    made = descendants(first.manifest, days.root)[0]
    assert model.manifest.address in str(made)


def refusal(kind, call, *args, **params):
    with pytest.raises(kind) as caught:
        call(*args, **params)
    return caught.value


def test_a_day_is_not_added_twice(days, year):
    fault = refusal(RequestError, days.add, year, days.day(3))
    assert fault.what == f"The input is in the model already: {days.day(3)}, with all its rows"
    assert "take them out first (remove=true)" in fault.fix


def test_a_part_of_a_glob_is_not_added_twice(days, first):
    fault = refusal(RequestError, days.add, first, days.year)
    assert fault.what.startswith(f"1 of the input's {DAYS} files is in the model already: ")


def test_a_copy_of_a_day_is_not_added_under_another_name(days, tmp_path, first):
    table = pq.read_table(days.day(0))
    pq.write_table(table, tmp_path / "copy.parquet", compression="zstd", row_group_size=7)
    fault = refusal(DataError, days.add, first, str(tmp_path / "copy.parquet"))
    assert fault.what == f"The input's rows are in the model already, as those of {days.day(0)}"


def test_without_a_key_rows_that_look_the_same_are_a_warning(tmp_path):
    keyless = PARAMS | {"key": [], "holdout": 0, "folds": 0}
    days = Days(tmp_path, keyless)
    first = days.fit(days.day(0))
    shutil.copy(days.day(0), tmp_path / "copy.parquet")
    model = days.add(first, str(tmp_path / "copy.parquet"))
    (warning,) = model.manifest.warnings
    assert "or look the same: a key would tell" in warning


def test_what_was_never_added_is_not_taken_out(days, first):
    fault = refusal(RequestError, days.remove, first, days.day(3))
    assert fault.what == (
        f"The input is not in the model, and cannot be taken out: {days.day(3)} was never added, "
        "or was taken out before"
    )
    assert f"fitted on: {days.day(0)}" in fault.where


def test_a_day_is_not_taken_out_twice(days, without_3):
    fault = refusal(RequestError, days.remove, without_3, days.day(3))
    assert "was never added, or was taken out before" in fault.what


def test_something_has_to_be_left(days, first):
    fault = refusal(RequestError, days.remove, first, days.day(0))
    assert fault.what == ("Nothing would be left: the input is all that the model is fitted on")


def test_a_file_that_has_changed_is_neither_added_nor_taken_out(days, tmp_path, first):
    place = tmp_path / "day.parquet"
    shutil.copy(days.day(1), place)
    model = days.add(first, str(place))
    shutil.copy(days.day(2), place)
    fault = refusal(RequestError, days.remove, model, str(place))
    assert f"The input is not as added: {place} was " in fault.what
    fault = refusal(RequestError, days.add, model, str(place))
    assert f"The input is in the model already: {place}, with other content" in fault.what


def test_rows_are_taken_out_by_the_choice_they_were_added_by(days, first):
    model = days.fit(days.day(1), where="x > 0", base=first.manifest.address)
    fault = refusal(RequestError, days.remove, model, days.day(1))
    assert fault.what.endswith("was added with --where 'x > 0'; got all its rows")
    fault = refusal(RequestError, days.add, model, days.day(1))
    assert "another choice of its rows may overlap" in fault.what
    out = days.fit(days.day(1), where="x > 0", base=model.manifest.address, remove=True)
    assert out.files["sums/gram.arrow"] == first.files["sums/gram.arrow"]
    assert out.manifest.fitted_on == first.manifest.fitted_on


def test_params_that_the_sums_depend_on_stay_as_they_are(days, first):
    fault = refusal(RequestError, days.add, first, days.day(1), seed=1, folds=3)
    assert "Param 'folds' is 3; the base was trained with 2" in fault.what
    assert "Param 'seed' is 1; the base was trained with 0" in fault.what
    assert "leave 'seed' as it was" in fault.what


def test_a_base_without_sums_is_refused(days):
    bare = days.fit(days.day(0), "bare", keep_sums=False)
    assert not [path for path in bare.files if path.startswith("sums/")]
    assert bare.manifest.fitted_on == ()
    fault = refusal(RequestError, days.add, bare, days.day(1))
    assert fault.what.startswith("The base has no sums to start from")
    assert fault.where == bare.manifest.address


def test_a_last_update_may_drop_the_sums(days, first):
    model = days.add(first, days.day(1), keep_sums=False)
    assert not [path for path in model.files if path.startswith("sums/")]
    assert len(model.manifest.fitted_on) == 2


def test_a_base_that_is_not_there_is_named_as_the_param(days):
    fault = refusal(ModelError, days.fit, days.day(1), base="nowhere@latest")
    assert fault.what.startswith("Param 'base': ")


def test_nothing_is_taken_out_of_no_base(days):
    fault = refusal(RequestError, days.fit, days.day(1), remove=True)
    assert "remove takes rows out of a model, and base names none" in fault.what


def test_a_column_of_another_type_is_refused(days, tmp_path, first):
    table = pq.read_table(days.day(1))
    place = table.schema.get_field_index("count")
    pq.write_table(
        table.set_column(place, "count", table.column("count").cast(pa.float64())),
        tmp_path / "day.parquet",
    )
    fault = refusal(DataError, days.add, first, str(tmp_path / "day.parquet"))
    assert fault.what == "Column 'count' is double; the model is fitted on int32"


def test_sums_that_are_not_those_that_were_published_are_refused(days, tmp_path, first):
    copy = tmp_path / "copy"
    shutil.copytree(first.manifest.uri, copy)
    (sums,) = copy.glob("versions/*/*/sums/gram.arrow")
    sums.write_bytes(sums.read_bytes()[:-1] + b"x")
    manifest = next(copy.glob("versions/*/_manifest.json"))
    text = manifest.read_text("utf-8").replace(first.manifest.uri, str(copy))
    manifest.write_text(text, encoding="utf-8")
    fault = refusal(
        ModelError, days.fit, days.day(1), "other", base=f"{copy}@{first.manifest.version}"
    )
    assert "is not the one that was published" in fault.what
    assert not (Path(days.root) / "models" / "other" / "versions").exists()


def test_transforms_that_have_learnt_keep_what_they_learnt_and_say_so(tmp_path):
    days = Days(tmp_path, PARAMS | {"transforms": LEARNS_NOTHING | {"gap": ["impute"]}})
    first = days.fit(days.day(0))
    model = days.add(first, days.day(1))
    assert model.files["bundle.json"] == first.files["bundle.json"]
    assert model.manifest.warnings == (
        "transforms keep what they learnt from the rows of the first training: impute of gap",
    )
