"""What an update may add and take out, file by file; whole runs are in headrace-linreg's tests."""

from dataclasses import replace

import pytest

from headrace.contracts.manifest import FileEntry
from headrace.contracts.params import UpdatableParams
from headrace.errors import DataError
from headrace.runtime.fitted_on import check_sums, fitted_on_after, update_faults
from headrace.storage.inputs import InputFile, ResolvedInput

PARAMS = UpdatableParams(features=("x",), target="y", key=("id",), base="m@v1")
REMOVE = PARAMS.model_copy(update={"remove": True})


def plain(*names, size=10, tag="changed:2026-01-01T00:00:00+00:00", folder="/in"):
    files = tuple(InputFile(f"{folder}/{name}", size, tag) for name in names)
    return ResolvedInput(folder, folder, files, "sha256:in")


def dataset(*contents, folder="/root/datasets/days"):
    files = tuple(
        InputFile(f"{folder}/part-{place}", 10, f"sha256:{content}", rows=len(content))
        for place, content in enumerate(contents)
    )
    return ResolvedInput(folder, f"{folder}@v1", files, "sha256:set")


@pytest.fixture
def fitted(make_manifest):
    """Return a function that makes a model fitted on inputs, each with its rows and sums."""

    def fitted(*sources):
        manifest = make_manifest("/root/models/m", "v1", kind="model")
        for source in sources:
            sums = f"sums of {source.resolved}"
            after = fitted_on_after(manifest, source, None, sums, 7, remove=False)
            manifest = manifest.model_copy(update={"fitted_on": after})
        return manifest.model_copy(
            update={
                "params": PARAMS.model_dump(mode="json"),
                "files": (FileEntry(path="sums/s", size=1, sha256="sha256:0"),),
            }
        )

    return fitted


def faults(base, params, source, where=None):
    return [fault.what for fault in update_faults(base, params, source, where)]


def test_other_files_may_be_added_and_the_same_be_taken_out(fitted):
    base = fitted(plain("a", "b"))
    assert faults(base, PARAMS, plain("c")) == []
    assert faults(base, REMOVE, plain("b")) == []


def test_all_that_is_wrong_is_said_at_once(fitted):
    base = fitted(plain("a", "b"))
    source = replace(plain(), files=(*plain("a", size=11).files, *plain("c", "d").files))
    assert faults(base, REMOVE.model_copy(update={"seed": 3}), source, "x > 0") == [
        "Param 'seed' is 3; the base was trained with 0, and its sums mean nothing else",
        (
            "2 of the input's 3 files are not in the model, and cannot be taken out: /in/c was "
            "never added, or was taken out before"
        ),
        (
            "1 of the input's 3 files is not as added: /in/a was 10 bytes, "
            "changed:2026-01-01T00:00:00+00:00, and is 11 bytes, changed:2026-01-01T00:00:00+00:00"
        ),
        (
            "1 of the input's 3 files is in the model by another choice of rows: /in/a was added "
            "with all its rows; got --where 'x > 0'"
        ),
    ]


def test_a_dataset_of_ours_is_known_by_its_content_wherever_it_lies(fitted):
    base = fitted(dataset("one", "two"), plain("a"))
    moved = dataset("one", "two", folder="/copied/datasets/days")
    assert faults(base, REMOVE, moved) == []
    assert faults(base, PARAMS, moved) == [
        (
            "2 of the input's 2 files are in the model already: /copied/datasets/days/part-0, with "
            "all its rows"
        )
    ]


def test_empty_parts_are_all_alike_and_count_for_nothing(fitted):
    base = fitted(dataset("one", ""))
    assert faults(base, PARAMS, dataset("", "two")) == []
    assert [file.tag for file in base.fitted_on[0].files] == ["sha256:one"]
    only_empty = dataset("")
    after = fitted_on_after(base, only_empty, None, "none", 0, remove=False)
    assert after == base.fitted_on


def test_all_files_of_several_inputs_are_not_taken_out_at_once(fitted):
    base = fitted(plain("a"), plain("b"))
    assert faults(base, REMOVE, plain("a", "b")) == [
        "Nothing would be left: the input is all that the model is fitted on"
    ]


def test_inputs_that_are_taken_out_whole_are_gone_and_parts_are_left(fitted):
    base = fitted(plain("a", "b"), plain("c", folder="/more"))
    (left,) = fitted_on_after(base, plain("c", folder="/more"), None, "s", 7, remove=True)
    assert left == base.fitted_on[0]
    part, other = fitted_on_after(base, plain("b"), None, "s", 3, remove=True)
    assert ([file.uri for file in part.files], part.rows, part.sums) == (["/in/a"], 4, "")
    assert other == base.fitted_on[1]


def test_how_many_rows_of_each_of_several_inputs_are_left_is_not_known(fitted):
    base = fitted(plain("a", "b"), plain("c", "d", folder="/more"))
    both = replace(plain("a"), files=(*plain("a").files, *plain("c", folder="/more").files))
    assert [entry.rows for entry in fitted_on_after(base, both, None, "s", 3, remove=True)] == [
        None,
        None,
    ]


def test_an_input_that_is_taken_out_whole_has_to_give_the_sums_it_gave(fitted):
    base = fitted(plain("a", "b"), plain("c", folder="/more"))
    more = plain("c", folder="/more")
    check_sums(base, more, "sums of /more", 7, remove=True)
    check_sums(base, plain("b"), "of a part", 3, remove=True)
    with pytest.raises(DataError, match=r"the fit finds other sums \(8 rows; 7 were added\)"):
        check_sums(base, more, "others", 8, remove=True)


def test_rows_that_are_there_under_another_name_are_found_by_their_sums(fitted):
    base = fitted(plain("a"), plain("c", folder="/more"))
    assert check_sums(base, plain("z"), "sums of /more", 7, remove=False) == "/more"
    assert check_sums(base, plain("z"), "sums of /more", 0, remove=False) is None
    assert check_sums(base, plain("z"), "others", 7, remove=False) is None


def test_a_base_without_sums_says_so_first(fitted):
    base = fitted(plain("a")).model_copy(update={"files": ()})
    (what,) = faults(base, PARAMS.model_copy(update={"seed": 3}), plain("a"))
    assert what.startswith("The base has no sums to start from")


def test_params_of_another_release_are_named(fitted):
    base = fitted(plain("a")).model_copy(update={"params": {"features": ["x"]}})
    (what,) = faults(base, PARAMS, plain("b"))
    assert what == "The base's params are none of this release: Field required"
