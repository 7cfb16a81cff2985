import json

import pytest

from headrace.contracts.manifest import InputEntry, ModelUse

PLAIN = InputEntry(uri="./a/*.csv", resolved="./a/*.csv", digest="sha256:0", files=2, size=9000)


@pytest.fixture
def stored(root, publish):
    lin = publish(root / "models/lin", "v1", kind="model", inputs=(PLAIN,))
    use = ModelUse(uri=lin.address, digest=lin.digest, pipeline="linreg")
    files = {"x": b"x"}
    scored = publish(root / "datasets/scored", "v1", model=use, inputs=(PLAIN,), files=files)
    entry = InputEntry(
        uri="scored@v1", resolved=scored.address, digest=scored.digest, files=1, size=1
    )
    publish(root / "models/trees", "v1", kind="model", inputs=(entry,), files={"y": b"y"})


def test_a_lineage_is_a_tree_in_both_directions(headrace, stored):
    assert headrace("lineage", "scored@v1").out == (
        "dataset datasets/scored@v1 (score linreg, 2026-01-01 00:00)\n"
        "\n"
        "made from\n"
        "├─ model models/lin@v1 (train linreg, 2026-01-01 00:00)\n"
        "│  └─ files ./a/*.csv (2 files, 9,000 bytes)\n"
        "└─ files ./a/*.csv (2 files, 9,000 bytes)\n"
        "\n"
        "went into\n"
        "└─ model models/trees@v1 (train linreg, 2026-01-01 00:00)\n"
    )


def test_one_direction_can_be_had_alone(headrace, stored):
    up = headrace("lineage", "trees@v1", "--up").out
    assert "└─ dataset datasets/scored@v1" in up
    assert "went into" not in up
    assert headrace("lineage", "trees@v1", "--down").out.endswith("\nwent into: nothing\n")


def test_machines_get_the_tree_with_digests_and_states(headrace, stored, root):
    (root / "models/lin/versions/v1/_manifest.json").unlink()
    shown = json.loads(headrace("lineage", f"{root}/datasets/scored@latest", "--json").out)
    assert shown["address"] == f"{root}/datasets/scored@v1"
    model, files = shown["made_from"]
    assert (model["kind"], model["state"]) == ("model", "missing")
    assert model["digest"].startswith("sha256:")
    assert files["note"] == "2 files, 9,000 bytes"
    assert [node["address"] for node in shown["went_into"]] == [f"{root}/models/trees@v1"]
    assert "models/lin@v1 (not there any more)" in headrace("lineage", "scored@v1").out


def test_what_is_damaged_elsewhere_is_a_warning(headrace, stored, root, publish):
    publish(root / "models/other", "v1", kind="model")
    (root / "models/other/versions/v1/_manifest.json").write_text("{")
    ended = headrace("lineage", "scored@v1")
    assert ended.code == 0
    assert ended.err.startswith("warning: Left out, for it cannot be read: The manifest of version")


def test_a_name_must_mean_one_thing(headrace, stored, root, publish):
    publish(root / "datasets/lin", "v1")
    ended = headrace("lineage", "lin@v1")
    assert ended.code == 2
    assert "There are a model and a dataset of the name 'lin'" in ended.err
    assert headrace("lineage", f"{root}/models/lin@v1").code == 0
    assert "There is no model or dataset 'lni'" in headrace("lineage", "lni@v1").err
