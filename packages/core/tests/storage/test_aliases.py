import json
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier

import pytest

from headrace.errors import DataError, RequestError, TransientError
from headrace.storage import Versions


@pytest.fixture
def versions(name, publish):
    for number in range(4):
        publish(name, f"v{number}", minutes=number)
    return Versions(str(name), "dataset")


def test_a_name_without_moves_has_no_aliases(versions):
    assert versions.aliases.current() == {}
    assert versions.aliases.history() == ()


def test_the_last_move_of_each_alias_counts(versions):
    aliases = versions.aliases
    aliases.move("champion", "v1")
    aliases.move("published", "v1")
    aliases.move("champion", "v2")
    assert aliases.current() == {"champion": "v2", "published": "v1"}


def test_the_history_tells_every_move_newest_first(versions, name):
    aliases = versions.aliases
    aliases.move("champion", "v1", note="the first")
    aliases.move("champion", "v2")
    moves = [(move.alias, move.previous, move.version, move.note) for move in aliases.history()]
    assert moves == [("champion", "v1", "v2", ""), ("champion", None, "v1", "the first")]
    files = sorted(path.name for path in (name / "aliases").iterdir())
    assert files == ["000001.json", "000002.json"]


def test_a_move_to_where_the_alias_is_writes_nothing(versions):
    aliases = versions.aliases
    aliases.move("champion", "v1")
    aliases.move("champion", "v1", expect="v0")
    assert len(aliases.history()) == 1


def test_numbers_are_compared_as_numbers(versions, name):
    aliases = versions.aliases
    aliases.move("champion", "v1")
    (name / "aliases/000001.json").rename(name / "aliases/999999.json")
    aliases.move("champion", "v2")
    assert (name / "aliases/1000000.json").exists()
    assert aliases.current() == {"champion": "v2"}


def test_other_files_in_the_log_are_ignored(versions):
    versions.aliases.move("champion", "v1")
    for other in ("000009.json.bak", "x.json", "9.json", "sub/000009.json"):
        versions.store.write(f"aliases/{other}", b"")
    assert versions.aliases.current() == {"champion": "v1"}


def test_an_alias_that_is_not_where_it_was_expected_does_not_move(versions):
    versions.aliases.move("champion", "v1")
    with pytest.raises(TransientError, match="'champion' is at 'v1'; expected 'v0'"):
        versions.aliases.move("champion", "v2", expect="v0")
    with pytest.raises(TransientError, match="'published' is at no version; expected 'v0'"):
        versions.aliases.move("published", "v2", expect="v0")
    assert versions.aliases.current() == {"champion": "v1"}


def test_a_lost_race_says_who_won(versions, name, monkeypatch):
    ours = versions.aliases
    theirs = Versions(str(name), "dataset").aliases
    head = ours.log.head()
    theirs.move("champion", "v1", note="flow nightly")
    monkeypatch.setattr(ours.log, "head", lambda: head)  # what we saw before they moved it
    with pytest.raises(TransientError, match=r"it moved 'champion' to 'v1' at .* \(flow nightly\)"):
        ours.move("champion", "v2")
    assert theirs.current() == {"champion": "v1"}


def test_a_move_whose_answer_was_lost_is_not_a_lost_race(versions, monkeypatch):
    create = type(versions.store).create

    def twice(self, path, data):
        create(self, path, data)
        create(self, path, data)

    monkeypatch.setattr(type(versions.store), "create", twice)
    versions.aliases.move("champion", "v1")
    assert versions.aliases.current() == {"champion": "v1"}


def test_of_many_who_move_at_once_none_is_lost_silently(versions, name):
    n_movers = 4
    barrier = Barrier(n_movers)

    def move(number):
        aliases = Versions(str(name), "dataset").aliases
        barrier.wait()
        outcomes = 0
        for turn in range(20):
            try:
                aliases.move("champion", f"v{(turn + number) % 4}", note=f"{number}.{turn}")
                outcomes += 1
            except TransientError:
                pass
        return outcomes

    with ThreadPoolExecutor(n_movers) as pool:
        list(pool.map(move, range(n_movers)))
    moves = versions.aliases.history()
    assert len({move.note for move in moves}) == len(moves)
    for later, earlier in pairwise(moves):
        assert later.previous == earlier.version


@pytest.mark.parametrize("alias", ["v1", "latest", "../x", "", "A"])
def test_only_aliases_move(versions, alias):
    with pytest.raises(RequestError, match=r"is not an alias|always is the newest"):
        versions.aliases.move(alias, "v1")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"aliases": {"champion": "../../x"}}, "'../../x' is not a version"),
        ({"aliases": {"v1": "v1"}}, "'v1' is not an alias"),
        ({"aliases": {}}, "aliases does not say that 'champion' is 'v1'"),
        ({"at": "2026-01-01T00:00:00"}, "timezone"),
        ({"format": "other"}, "format: Input should be 'headrace/alias/v1'"),
    ],
)
def test_a_damaged_entry_of_the_log_is_refused(versions, name, changes, message):
    versions.aliases.move("champion", "v1")
    path = name / "aliases/000001.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    with pytest.raises(DataError) as caught:
        versions.resolve("champion")
    assert "The entry of the alias log is damaged: " in str(caught.value)
    assert message in str(caught.value)
    assert f"where: {path}" in str(caught.value)


def test_an_entry_of_a_later_format_is_not_called_damaged(versions, name):
    versions.aliases.move("champion", "v1")
    path = name / "aliases/000001.json"
    later = json.loads(path.read_text()) | {"format": "headrace/alias/v9", "surprise": 1}
    path.write_text(json.dumps(later))
    with pytest.raises(DataError) as caught:
        versions.resolve("champion")
    assert "has the format 'headrace/alias/v9'; this Headrace reads" in str(caught.value)
    assert caught.value.fix.endswith("or a later one: pip install --upgrade headrace")


def moved(versions, *targets):
    for version in targets:
        versions.aliases.move("champion", version)


def test_a_rollback_goes_to_where_the_alias_was_before_and_is_a_move_of_its_own(versions):
    moved(versions, "v1", "v2")
    move = versions.aliases.rollback("champion", note="worse at night")
    assert (move.version, move.previous, move.is_rollback) == ("v1", "v2", True)
    assert versions.aliases.current() == {"champion": "v1"}
    assert [entry.note for entry in versions.aliases.history()] == ["worse at night", "", ""]


def test_a_second_rollback_goes_further_back(versions):
    moved(versions, "v0", "v1", "v2")
    assert versions.aliases.rollback("champion").version == "v1"
    assert versions.aliases.rollback("champion").version == "v0"
    with pytest.raises(RequestError, match="is at 'v0' and has been at no other version before"):
        versions.aliases.rollback("champion")


def test_what_was_rolled_back_is_not_gone_back_to(versions):
    moved(versions, "v0", "v1")
    versions.aliases.rollback("champion")
    moved(versions, "v2")
    assert versions.aliases.rollback("champion").version == "v0"


def test_a_promotion_of_an_earlier_version_can_be_rolled_back(versions):
    moved(versions, "v0", "v1", "v0")
    assert versions.aliases.rollback("champion").version == "v1"
    assert versions.aliases.rollback("champion").version == "v0"


def test_a_rollback_skips_what_is_not_published_any_more(versions):
    moved(versions, "v0", "v1", "v2")
    versions.store.delete("versions/v1/_manifest.json")
    assert versions.aliases.rollback("champion").version == "v0"


def test_other_aliases_do_not_matter_to_a_rollback(versions):
    moved(versions, "v0", "v1")
    versions.aliases.move("published", "v2")
    assert versions.aliases.rollback("champion").version == "v0"
    assert versions.aliases.current() == {"champion": "v0", "published": "v2"}


def test_a_rollback_needs_an_alias_that_is_where_it_is_expected(versions):
    moved(versions, "v0", "v1")
    with pytest.raises(RequestError, match=r"no alias 'chmpion'; aliases: champion") as caught:
        versions.aliases.rollback("chmpion")
    assert caught.value.fix == "did you mean 'champion'?"
    with pytest.raises(TransientError, match="'champion' is at 'v1'; expected 'v0'"):
        versions.aliases.rollback("champion", expect="v0")
    assert versions.aliases.rollback("champion", expect="v1").version == "v0"
