import json

import pytest

from headrace.cli.versions import prune
from headrace.storage import Versions


@pytest.fixture
def versions(root, publish):
    uri = root / "datasets" / "flights"
    for number in range(1, 4):
        publish(uri, f"v{number}", minutes=number)
    return Versions(str(uri), "dataset")


def test_what_would_go_is_shown_and_stays_without_yes(headrace, versions):
    ended = headrace("datasets", "prune", "flights", "--keep-last", "1")
    assert ended.code == 0
    lines = [line.split() for line in ended.out.splitlines() if f"{versions.uri}@" in line]
    assert [line[-1] for line in lines] == ["1", "goes", "goes"]
    assert "2 of 3 versions and 0 leftover folders go, with 8 bytes" in ended.out
    assert ended.out.endswith("Nothing was deleted; --yes deletes it\n")
    assert versions.names() == ("v1", "v2", "v3")


def test_yes_deletes_what_is_shown(headrace, versions):
    ended = headrace("datasets", "prune", "flights", "--keep-last", "1", "--yes")
    assert ended.out.endswith("Deleted 2 versions and 0 leftover folders\n")
    assert versions.names() == ("v3",)
    again = headrace("datasets", "prune", "flights", "--keep-last", "1", "--yes")
    assert again.out.endswith("Nothing to delete\n")


@pytest.mark.parametrize(("answer", "left"), [(True, ("v3",)), (False, ("v1", "v2", "v3"))])
def test_on_a_terminal_somebody_is_asked(headrace, versions, monkeypatch, answer, left):
    monkeypatch.setattr(prune, "_asks", lambda: answer)
    headrace("datasets", "prune", "flights", "--keep-last", "1")
    assert versions.names() == left


def test_machines_get_the_plan_and_what_became_of_it(headrace, versions):
    versions.aliases.move("published", "v1")
    shown = json.loads(headrace("datasets", "prune", "flights", "--older-than=1d", "--json").out)
    assert shown["deleted"] is False
    assert [version["goes"] for version in shown["versions"]] == [True, True, False]
    assert shown["versions"][-1]["stays_for"] == "alias published"
    ended = headrace("datasets", "prune", "flights", "--older-than", "1d", "--json", "--yes")
    assert [version["deleted"] for version in json.loads(ended.out)["versions"]] == [
        True,
        True,
        False,
    ]
    assert versions.names() == ("v1",)


def test_a_name_that_is_given_twice_is_pruned_once(headrace, versions):
    ended = headrace("datasets", "prune", "flights", versions.uri, "--keep-last=1", "--yes")
    assert ended.out.endswith("Deleted 2 versions and 0 leftover folders\n")


def test_an_age_that_is_none_is_refused(headrace, versions):
    ended = headrace("datasets", "prune", "flights", "--older-than", "a month")
    assert ended.code == 2
    assert ended.err.startswith("error: 'a month' is no time; wanted a number and w, d, h, min or")
    assert "fix:   for example 30d" in ended.err
