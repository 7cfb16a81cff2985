import pytest

from headrace.errors import DataError, ModelError, RequestError
from headrace.storage import Versions
from headrace.storage.promote import promote

FILES = {"bundle.json": b"{}", "model/x.json": b"[1]"}


@pytest.fixture
def uri(tmp_path, publish):
    uri = tmp_path / "root/models/price"
    publish(uri, "v1", kind="model", files=FILES)
    return uri


@pytest.fixture
def versions(uri):
    return Versions(str(uri), "model")


def test_a_whole_version_is_promoted_once(versions):
    assert promote(versions, "v1", "champion", note="best so far").note == "best so far"
    assert promote(versions, "v1", "champion") is None
    assert versions.resolve("champion") == "v1"


def test_what_is_not_published_is_not_promoted(versions, uri):
    (uri / "versions/v1/_manifest.json").unlink()
    with pytest.raises(ModelError, match=r"no published version|no version"):
        promote(versions, "v1", "champion")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.unlink(), "File 'model/x.json' is missing"),
        (
            lambda path: path.write_bytes(b"[]"),
            "File 'model/x.json' has 2 bytes; wanted 3",
        ),
        (
            lambda path: path.write_bytes(b"[2]"),
            "File 'model/x.json' is not the one that was published: its digest",
        ),
    ],
)
def test_a_damaged_model_is_not_promoted(versions, uri, damage, message):
    damage(uri / "versions/v1/model/x.json")
    with pytest.raises(ModelError, match=r"Version 'v1' is damaged: ") as caught:
        promote(versions, "v1", "champion")
    assert message in str(caught.value)
    assert versions.aliases.current() == {}


def test_a_dataset_with_a_part_cut_short_is_not_promoted(name, publish):
    publish(name, "v1")
    (name / "versions/v1/part-00000.parquet").write_bytes(b"PA")
    with pytest.raises(DataError, match=r"part-00000\.parquet' has 2 bytes; wanted 4"):
        promote(Versions(str(name), "dataset"), "v1", "published")


def test_what_is_no_alias_is_refused_before_any_file_is_read(versions):
    with pytest.raises(RequestError, match="'v1' is not an alias"):
        promote(versions, "v9", "v1")
