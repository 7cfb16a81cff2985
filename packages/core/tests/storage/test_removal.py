import json
from datetime import UTC, datetime, timedelta

import pytest

from headrace.errors import DataError, TransientError
from headrace.storage import Versions
from headrace.storage.prune import Retention, carry_out, plan_prune
from headrace.storage.removal import remove_versions
from headrace.storage.store import Store

FILES = {"part-00000.parquet": b"PAR1", "part-00001.parquet": b"PAR1"}


@pytest.fixture
def versions(name, publish):
    for number in range(4):
        publish(name, f"v{number}", minutes=number, files=FILES)
    return Versions(str(name), "dataset")


def test_removed_versions_are_gone_with_their_files(versions, name):
    assert remove_versions(versions, ["v1", "v2"]) == ("v1", "v2")
    assert versions.names() == ("v0", "v3")
    assert sorted(path.name for path in (name / "versions").iterdir()) == ["v0", "v3"]
    assert versions.aliases.log.head().removing == ()


def test_a_version_that_an_alias_has_moved_to_stays(versions):
    versions.aliases.move("champion", "v1")
    assert remove_versions(versions, ["v1", "v2"]) == ("v2",)
    assert versions.resolve("champion") == "v1"
    assert versions.aliases.current() == {"champion": "v1"}


def test_no_alias_moves_to_a_version_that_is_being_removed(versions, monkeypatch):
    delete = Store.delete
    refused = []

    def promote_meanwhile(store, path):
        with pytest.raises(DataError, match="'v1' is being deleted, so 'champion' cannot") as seen:
            versions.aliases.move("champion", "v1")
        refused.append(seen.value)
        delete(store, path)

    monkeypatch.setattr(Store, "delete", promote_meanwhile)
    assert remove_versions(versions, ["v1"]) == ("v1",)
    assert refused
    assert versions.aliases.current() == {}


def test_a_move_that_was_decided_before_a_removal_loses_against_it(versions, name, monkeypatch):
    theirs = Versions(str(name), "dataset").aliases
    head = theirs.log.head()
    monkeypatch.setattr(theirs.log, "head", lambda: head)  # what they saw before the removal
    remove_versions(versions, ["v1"])
    with pytest.raises((TransientError, DataError), match=r"removed versions|is not published"):
        theirs.move("champion", "v1")
    with pytest.raises(TransientError, match=r"Another process was faster: it removed versions at"):
        theirs.move("champion", "v2")


def test_moves_of_other_aliases_only_delay_a_removal(versions, monkeypatch):
    append = type(versions.aliases.log).append
    others = Versions(versions.uri, "dataset").aliases
    turns = iter(["v2", "v3", "v2"])

    def append_late(log, head, entry):
        if log is versions.aliases.log and (version := next(turns, None)):
            others.move("champion", version)
        return append(log, head, entry)

    monkeypatch.setattr(type(versions.aliases.log), "append", append_late)
    assert remove_versions(versions, ["v1"]) == ("v1",)
    assert versions.resolve("champion") == "v2"


def test_a_version_that_is_published_again_may_be_promoted(versions, name, publish):
    remove_versions(versions, ["v1"])
    publish(name, "v1", files=FILES)
    versions.aliases.move("champion", "v1")
    assert versions.resolve("champion") == "v1"


class Killed(BaseException):
    pass


@pytest.mark.parametrize("calls", range(9))
def test_readers_see_all_or_nothing_wherever_a_removal_is_killed(
    versions, name, monkeypatch, calls
):
    """A fault point before each call that changes something."""
    left = calls

    def counted(method):
        original = getattr(Store, method)

        def call(store, *arguments):
            nonlocal left
            if not left:
                raise Killed
            left -= 1
            return original(store, *arguments)

        monkeypatch.setattr(Store, method, call)

    for method in ("create", "delete", "clear"):
        counted(method)
    try:
        remove_versions(versions, ["v1", "v2"])
    except Killed:
        assert calls < 6
    monkeypatch.undo()
    for manifest in Versions(str(name), "dataset").list():
        for file in manifest.files:
            assert (name / "versions" / manifest.version / file.path).read_bytes() == b"PAR1"
    remove_versions(versions, ["v1", "v2"])
    assert versions.names() == ("v0", "v3")
    assert versions.aliases.log.head().removing == ()
    tomorrow = datetime.now(UTC) + timedelta(days=2)
    root = str(name.parents[1])
    carry_out(plan_prune([versions], root, Retention(), tomorrow))
    assert sorted(path.name for path in (name / "versions").iterdir()) == ["v0", "v3"]


def test_what_a_killed_removal_has_named_may_be_promoted_a_day_later(versions, name, monkeypatch):
    def killed(store, path):
        raise Killed

    monkeypatch.setattr(Store, "delete", killed)
    with pytest.raises(Killed):
        remove_versions(versions, ["v1"])
    monkeypatch.undo()
    with pytest.raises(DataError, match="is being deleted"):
        versions.aliases.move("champion", "v1")
    path = name / "aliases/000001.json"
    entry = json.loads(path.read_text())
    entry["at"] = (datetime.now(UTC) - timedelta(days=1, minutes=1)).isoformat()
    path.write_text(json.dumps(entry))
    versions.aliases.move("champion", "v1")
    assert versions.resolve("champion") == "v1"
