import json
import subprocess
import sys

import pytest

from headrace.errors import DataError, ModelError, RequestError
from headrace.storage import Versions
from headrace.storage.versions import MANIFEST_LIMIT


def forge(name, **changes):
    """Change a published manifest on disk."""
    path = name / "versions/v1/_manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_published_version_is_found_by_every_reader(name, publish):
    manifest = publish(name, "v1")
    versions = Versions(str(name), "dataset")
    assert versions.find("v1") == manifest
    assert versions.manifest("v1") == manifest
    assert versions.names() == ("v1",)
    assert versions.list() == (manifest,)
    assert versions.resolve("v1") == "v1"
    assert versions.resolve("latest") == "v1"


def test_versions_are_listed_newest_first_whatever_their_names(name, publish):
    publish(name, "v3", minutes=1)
    publish(name, "v1", minutes=3)
    publish(name, "v2", minutes=2)
    versions = Versions(str(name), "dataset")
    assert [manifest.version for manifest in versions.list()] == ["v1", "v2", "v3"]
    assert versions.names() == ("v1", "v2", "v3")
    assert versions.resolve("latest") == "v1"


def test_a_version_without_a_manifest_is_seen_by_no_reader(name, publish):
    versions = Versions(str(name), "dataset")
    versions.store.write(versions.version_path("v2") + "part-00000.parquet", b"")
    assert versions.names() == ()
    assert versions.list() == ()
    assert versions.find("v2") is None
    with pytest.raises(DataError, match="has no published version"):
        versions.resolve("latest")
    assert versions.aliases.current() == {}
    publish(name, "v1")
    assert versions.resolve("latest") == "v1"
    with pytest.raises(DataError, match="has no version 'v2'; versions: v1"):
        versions.resolve("v2")
    with pytest.raises(DataError, match="'v2' is not published, so 'champion' cannot be moved"):
        versions.aliases.move("champion", "v2")


def test_an_alias_is_resolved_to_its_version(name, publish):
    publish(name, "v1")
    publish(name, "v2", minutes=1)
    versions = Versions(str(name), "dataset")
    versions.aliases.move("published", "v1")
    assert versions.resolve("published") == "v1"


def test_what_is_missing_is_named_with_what_exists_and_what_was_meant(name, publish):
    publish(name, "nightly-1", kind="model")
    publish(name, "nightly-2", kind="model")
    versions = Versions(str(name), "model")
    versions.aliases.move("champion", "nightly-1")
    with pytest.raises(ModelError) as caught:
        versions.resolve("nightly-12")
    assert str(caught.value) == (
        "The model has no version 'nightly-12'; versions: nightly-2, nightly-1\n"
        f"  where: {name}\n"
        "  fix:   did you mean 'nightly-2'?"
    )
    with pytest.raises(ModelError, match=r"no alias 'chmpion'; aliases: champion"):
        versions.resolve("chmpion")
    with pytest.raises(ModelError, match=r"no version 'v3'(?s:.*)headrace models list"):
        versions.manifest("v3")


def test_a_name_that_is_not_there_is_missing(name):
    with pytest.raises(ModelError, match="There is no such model"):
        Versions(str(name), "model").resolve("v1")
    with pytest.raises(DataError, match="There is no such dataset"):
        Versions(str(name), "dataset").resolve("published")


def test_a_name_that_is_not_there_is_looked_for_among_its_neighbours(name, publish):
    publish(name, "v1")
    for selector in ("v1", "latest", "published"):
        with pytest.raises(DataError, match=r"(?s)no such dataset.*did you mean 'flights'\?"):
            Versions(str(name.parent / "fligths"), "dataset").resolve(selector)


def test_an_alias_of_a_version_that_is_gone_says_so(name, publish):
    publish(name, "v1")
    versions = Versions(str(name), "dataset")
    versions.aliases.move("published", "v1")
    versions.store.clear("versions/v1/")
    with pytest.raises(DataError, match="'published' means version 'v1', which is not published"):
        versions.resolve("published")


def test_a_name_without_a_selector_is_a_bad_request(name):
    with pytest.raises(RequestError, match=r"says no version(?s:.*)flights@latest"):
        Versions(str(name), "dataset").resolve(None)


@pytest.mark.parametrize("version", ["../v1", "..", "/v1", "a/../../v1", "", ".v1", "../../x1"])
def test_no_version_leads_out_of_the_name(name, version, make_manifest):
    versions = Versions(str(name), "dataset")
    for action in (
        lambda: versions.find(version),
        lambda: versions.manifest(version),
        lambda: versions.resolve(version),
        lambda: versions.version_path(version),
        lambda: versions.clear_staging(version),
        lambda: versions.aliases.move("champion", version),
        lambda: versions.publish(make_manifest(str(name), version)),
    ):
        with pytest.raises(RequestError, match=r"is not a version|neither a version nor an alias"):
            action()


def test_the_same_request_publishes_once_and_succeeds_again(name, publish):
    first = publish(name, "v1", request="a")
    again = publish(name, "v1", request="a", minutes=5)
    assert again == first


def test_another_request_cannot_publish_the_same_version(name, publish):
    publish(name, "v1", request="a")
    with pytest.raises(RequestError, match="already published, by another request: score linreg"):
        publish(name, "v1", request="b")
    assert len(Versions(str(name), "dataset").list()) == 1


def test_of_two_processes_that_publish_a_version_exactly_one_wins(name, make_manifest):
    program = (
        "import sys\n"
        "from headrace.contracts.manifest import Manifest\n"
        "from headrace.errors import RequestError\n"
        "from headrace.storage import Versions\n"
        "versions = Versions(sys.argv[1], 'dataset')\n"
        "manifests = [Manifest.model_validate_json(line) for line in sys.stdin]\n"
        "for manifest in manifests:\n"
        "    try:\n"
        "        versions.publish(manifest)\n"
        "        print('won')\n"
        "    except RequestError:\n"
        "        print('lost')\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(name)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    manifests = [
        [make_manifest(str(name), f"v{n}", request=request) for n in range(100)]
        for request in ("a", "b")
    ]
    for process, wanted in zip(processes, manifests, strict=True):
        process.stdin.writelines(manifest.model_dump_json() + "\n" for manifest in wanted)
    for process in processes:  # both begin when they have read all
        process.stdin.close()
    outcomes = []
    for process in processes:
        with process:
            outcomes.append(process.stdout.read().split())
        assert process.returncode == 0
    assert [sorted(pair) for pair in zip(*outcomes, strict=True)] == [["lost", "won"]] * 100
    versions = Versions(str(name), "dataset")
    for n, (outcome, _) in enumerate(zip(*outcomes, strict=True)):
        winner = manifests[0 if outcome == "won" else 1][n]
        assert versions.manifest(f"v{n}") == winner


def test_a_manifest_that_would_not_be_read_back_is_not_published(name, make_manifest):
    bad = make_manifest(str(name), "v1")
    for change in (
        {"metrics": {"holdout": {"r2": float("nan")}}},
        {"digest": "sha256:0"},
        {"kind": "model"},
        {"created": bad.created.replace(tzinfo=None)},
    ):
        with pytest.raises((ValueError, DataError)):
            Versions(str(name), "dataset").publish(bad.model_copy(update=change))
    assert Versions(str(name), "dataset").names() == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Invalid JSON: EOF"),
        (b"{", "Invalid JSON: EOF"),
        (b"\xff\xfe", "Invalid JSON"),
        (b"[]", "valid dictionary|object"),
        (b"{}", "kind: Field required"),
        (b"[" * 100_000, "Invalid JSON: recursion limit"),
        (b'{"seconds": "1"}', "Field required"),
    ],
)
def test_a_damaged_manifest_is_named_with_what_is_wrong(name, publish, content, message):
    publish(name, "v1", kind="model")
    (name / "versions/v1/_manifest.json").write_bytes(content)
    versions = Versions(str(name), "model")
    for action in (lambda: versions.find("v1"), versions.list, lambda: versions.resolve("latest")):
        with pytest.raises(ModelError, match=f"manifest of version 'v1' is damaged: .*{message}"):
            action()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": "v2"}, "it is of version 'v2'"),
        ({"kind": "model"}, "it is a model's; wanted a dataset's"),
        ({"created": "2026-01-01T00:00:00"}, "created has no time zone"),
        ({"seconds": "1"}, "seconds: Input should be a valid number"),
        ({"surprise": 1}, "surprise: Extra inputs are not permitted"),
        ({"format": "other/v9"}, "format: Input should be 'headrace/manifest/v1'"),
        ({"digest": "sha256:00"}, "digest is not that of the files"),
        ({"files": []}, "digest is not that of the files"),
        (
            {"files": [{"path": "../x", "size": 1, "sha256": "y"}]},
            "'../x' leads out",
        ),
        ({"files": [{"path": "/x", "size": 1, "sha256": "y"}]}, "'/x' leads out"),
        ({"files": [{"path": "x", "size": 1, "sha256": "y"}] * 2}, "files lists a path twice"),
    ],
)
def test_a_forged_manifest_is_refused(name, publish, changes, message):
    publish(name, "v1")
    forge(name, **changes)
    with pytest.raises(DataError) as caught:
        Versions(str(name), "dataset").manifest("v1")
    assert message in str(caught.value)
    assert f"where: {name}/versions/v1/_manifest.json" in str(caught.value)


def test_a_huge_manifest_is_not_read(name, publish):
    publish(name, "v1")
    with (name / "versions/v1/_manifest.json").open("r+b") as file:
        file.truncate(MANIFEST_LIMIT + 1)  # a hole: takes no space
    with pytest.raises(DataError, match=r"The file has 67,108,865 bytes; at most 67,108,864"):
        Versions(str(name), "dataset").manifest("v1")


def test_staging_is_no_part_of_the_version_and_is_cleared_alone(name, publish):
    versions = Versions(str(name), "dataset")
    for version in ("v1", "v2"):
        versions.store.write(versions.staging_path(version) + "pass.json", b"{}")
    publish(name, "v1")
    versions.clear_staging("v1")
    assert versions.names() == ("v1",)
    assert versions.store.folders("staging") == ("v2",)
    assert versions.store.exists("versions/v1/part-00000.parquet")


def test_a_name_that_cannot_be_written_is_a_bad_request(tmp_path, make_manifest):
    (tmp_path / "file").touch()
    uri = str(tmp_path / "file" / "flights")
    with pytest.raises(RequestError, match="Cannot write there"):
        Versions(uri, "dataset").publish(make_manifest(uri, "v1"))


def test_a_manifest_of_a_later_format_is_not_called_damaged(name, publish):
    publish(name, "v1", kind="model")
    forge(name, format="headrace/manifest/v9", surprise=1)
    with pytest.raises(ModelError) as caught:
        Versions(str(name), "model").manifest("v1")
    assert "has the format 'headrace/manifest/v9'; this Headrace reads" in str(caught.value)
    assert "'headrace/manifest/v1'" in str(caught.value)
    assert caught.value.fix.endswith("or a later one: pip install --upgrade headrace")
