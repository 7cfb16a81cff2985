"""``promote``, ``rollback`` and ``history``."""

import json

import pytest

from headrace.storage import Versions


@pytest.fixture
def model(root, publish):
    uri = root / "models" / "price"
    for number in range(1, 4):
        publish(uri, f"v{number}", kind="model", minutes=number)
    return uri


def test_a_promotion_says_where_the_alias_is_and_where_it_was(headrace, model):
    assert headrace("models", "promote", "price@v1", "champion").out == (
        f"{model}@champion is now at v1\n"
    )
    ended = headrace("models", "promote", "price@latest", "champion", "--note", "nightly")
    assert ended.out == f"{model}@champion is now at v3; before: v1\n"
    ended = headrace("models", "promote", f"{model}@v3", "champion", "--json")
    assert json.loads(ended.out)["note"] == "nightly"
    assert "is already at v3" in headrace("models", "promote", "price@v3", "champion").out


def test_a_promotion_that_expects_otherwise_may_be_tried_again(headrace, model):
    headrace("models", "promote", "price@v2", "champion")
    ended = headrace("models", "promote", "price@v3", "champion", "--expect", "v1")
    assert ended.code == 75
    assert ended.err.startswith("error: Alias 'champion' is at 'v2'; expected 'v1'")
    assert headrace("models", "promote", "price@v3", "champion", "--expect", "v2").code == 0


def test_damaged_and_unpublished_versions_are_not_promoted(headrace, model):
    (model / "versions/v1/part-00000.parquet").write_bytes(b"RAP1")
    ended = headrace("models", "promote", "price@v1", "champion")
    assert ended.code == 5
    assert "error: Version 'v1' is damaged: File 'part-00000.parquet' is not the one" in ended.err
    assert headrace("models", "promote", "price@v9", "champion").code == 5
    assert headrace("models", "promote", "price@v2", "v3").code == 2
    assert Versions(str(model), "model").aliases.history() == ()


def test_rollbacks_go_back_step_by_step(headrace, model):
    for version in ("v1", "v2", "v3"):
        headrace("models", "promote", f"price@{version}", "champion")
    ended = headrace("models", "rollback", "price", "champion", "--expect", "v3")
    assert ended.out == f"{model}@champion is back at v2; before: v3\n"
    assert headrace("models", "rollback", "price", "champion", "--expect", "v3").code == 75
    assert json.loads(headrace("models", "rollback", "price", "champion", "--json").out)[
        "version"
    ] == ("v1")
    ended = headrace("models", "rollback", "price", "champion")
    assert ended.code == 2
    assert "is at 'v1' and has been at no other version before" in ended.err


def test_the_history_shows_every_move(headrace, model):
    assert "No alias of" in headrace("models", "history", "price").out
    headrace("models", "promote", "price@v1", "champion", "--note", "the first")
    headrace("models", "promote", "price@v2", "champion")
    headrace("models", "promote", "price@v3", "challenger")
    headrace("models", "rollback", "price", "champion")
    moves = json.loads(headrace("models", "history", "price", "champion", "--json").out)
    assert [(move["version"], move["is_rollback"]) for move in moves] == [
        ("v1", True),
        ("v2", False),
        ("v1", False),
    ]
    text = headrace("models", "history", "price").out
    assert "the first" in text
    assert "rollback" in text
    ended = headrace("models", "history", "price", "chmpion")
    assert "no alias 'chmpion'" in ended.err
    assert "There is no such model" in headrace("models", "history", "prices").err


def test_datasets_have_aliases_as_well(headrace, root, publish):
    publish(root / "datasets/flights", "v1")
    assert headrace("datasets", "promote", "flights@v1", "published").code == 0
    assert headrace("datasets", "rollback", "flights", "publishd").code == 2
