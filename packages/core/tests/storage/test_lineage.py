import json

import pytest

from headrace.contracts.manifest import InputEntry, ModelUse
from headrace.storage.lineage import ancestors, descendants


def used(manifest):
    return ModelUse(uri=manifest.address, digest=manifest.digest, pipeline=manifest.pipeline)


def read(manifest, *models):
    return InputEntry(
        uri=manifest.address,
        resolved=manifest.address,
        digest=manifest.digest,
        files=1,
        size=4,
        models=tuple(map(used, models)),
    )


PLAIN = InputEntry(uri="./a/*.csv", resolved="./a/*.csv", digest="sha256:0", files=1, size=9)


@pytest.fixture
def root(tmp_path):
    return tmp_path / "root"


@pytest.fixture
def chain(root, publish):
    """Publish two stitched models and what they scored; each has a content of its own."""

    def content(text):
        return {"part-00000.parquet": text.encode()}

    lin = publish(root / "models/lin", "v1", kind="model", files=content("1"), inputs=(PLAIN,))
    scored = publish(
        root / "datasets/scored",
        "v1",
        minutes=1,
        files=content("2"),
        model=used(lin),
        inputs=(PLAIN,),
    )
    trees = publish(
        root / "models/trees",
        "v1",
        kind="model",
        minutes=2,
        files=content("3"),
        inputs=(read(scored, lin),),
    )
    final = publish(
        root / "datasets/final",
        "v1",
        minutes=3,
        files=content("4"),
        model=used(trees),
        inputs=(read(scored, lin),),
    )
    return lin, scored, trees, final


def shown(nodes, indent=0):
    """Return a tree as lines."""
    lines = []
    for node in nodes:
        name = "/".join(node.address.split("/")[-2:])
        lines.append(f"{'  ' * indent}{node.kind} {name} {node.state}")
        lines += shown(node.nodes, indent + 1)
    return lines


def test_upwards_everything_is_told_once_down_to_plain_files(chain, root):
    assert shown(ancestors(chain[3], str(root))) == [
        "model models/trees@v1 found",
        "  dataset datasets/scored@v1 found",
        "    model models/lin@v1 found",
        "      files a/*.csv found",
        "    files a/*.csv found",
        "dataset datasets/scored@v1 repeated",
    ]


def test_downwards_everything_below_the_root_is_found(chain, root):
    nodes, faults = descendants(chain[0], str(root))
    assert shown(nodes) == [
        "dataset datasets/scored@v1 found",
        "  model models/trees@v1 found",
        "    dataset datasets/final@v1 found",
        "  dataset datasets/final@v1 found",
    ]
    assert not faults
    assert descendants(chain[3], str(root)) == ((), ())


def test_what_was_pruned_is_named_and_what_it_was_made_by_is_known(chain, root):
    (root / "datasets/scored/versions/v1/_manifest.json").unlink()
    assert shown(ancestors(chain[2], str(root))) == [
        "dataset datasets/scored@v1 missing",
        "  model models/lin@v1 found",
        "    files a/*.csv found",
    ]
    nodes, _ = descendants(chain[0], str(root))
    assert shown(nodes)[:2] == [
        "dataset datasets/scored@v1 missing",
        "  model models/trees@v1 found",
    ]


def test_a_damaged_manifest_ends_only_its_own_branch(chain, root):
    (root / "models/trees/versions/v1/_manifest.json").write_text("{")
    nodes = ancestors(chain[3], str(root))
    assert shown(nodes)[:2] == ["model models/trees@v1 damaged", "dataset datasets/scored@v1 found"]
    assert "The manifest of version 'v1' is damaged" in nodes[0].note
    nodes, (fault,) = descendants(chain[0], str(root))
    assert "  dataset datasets/final@v1 found" in shown(nodes)
    assert "is damaged" in str(fault)


def test_another_version_of_the_same_name_is_no_ancestor(chain, root, publish):
    (root / "models/lin/versions/v1/_manifest.json").unlink()
    publish(root / "models/lin", "v1", kind="model", files={"x": b"other"})
    nodes = ancestors(chain[1], str(root))
    assert shown(nodes)[0] == "model models/lin@v1 replaced"


def test_a_root_that_was_moved_is_walked_all_the_same(chain, root, tmp_path):
    moved = tmp_path / "moved"
    root.rename(moved)
    assert "repeated" in shown(ancestors(chain[3], str(moved)))[-1]
    assert not [line for line in shown(ancestors(chain[3], str(moved))) if "missing" in line]
    assert len(shown(descendants(chain[0], str(moved))[0])) == 4


def test_a_forged_cycle_ends(chain, root):
    """Only a forger can make one: a manifest is written after what it names."""
    path = root / "models/lin/versions/v1/_manifest.json"
    forged = json.loads(path.read_text())
    forged["inputs"] = [read(chain[3]).model_dump(mode="json")]
    path.write_text(json.dumps(forged))
    assert any("repeated" in line for line in shown(ancestors(chain[3], str(root))))
    assert any("repeated" in line for line in shown(descendants(chain[3], str(root))[0]))
