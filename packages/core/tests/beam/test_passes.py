"""How often a training reads its source: as seldom as what it learns allows."""

import json
from collections import Counter

import pyarrow.parquet as pq
import pytest

from headrace.beam import read

COLUMNS = ("--set", "features=[x, z, s]", "--set", "target=y", "--set", "folds=0")
SCALED = [{"impute": {"strategy": "median"}}, "standardize"]


@pytest.fixture
def reads(headrace, rows, monkeypatch):
    """Return a function that trains, and says how often each of the two shards was read."""
    counted = Counter()
    trained = []
    process = read._ReadShard.process

    def count(self, element):
        counted[element.index] += 1
        return process(self, element)

    monkeypatch.setattr(read._ReadShard, "process", count)

    def of(version="v0", holdout=0, **transforms):
        counted.clear()
        steps = json.dumps({"s": ["drop"], **transforms})
        ended = headrace(
            *("train", "shift", "--input", rows, "--model", f"m{len(trained)}", *COLUMNS),
            *("--set", f"holdout={holdout}", "--set", "key=[id]"),
            *("--set", f"transforms={steps}", "--version", version),
        )
        trained.append(steps)
        assert ended.code == 0, ended.err
        assert counted[0] == counted[1]
        return counted[0]

    return of


def test_what_learns_nothing_is_read_once(reads):
    assert reads(x=[{"clip": {"low": 0}}, {"log": {"form": "log1p"}}], s=[{"hash": {}}]) == 1


def test_all_columns_learn_in_one_pass(reads):
    learning = {
        "x": ["robust_scale"],
        "z": [{"bucketize": {"buckets": 3}}],
        "s": [{"one_hot": {"most_frequent": 2}}],
    }
    assert reads(**learning) == reads(x=["standardize"]) == 2


def test_columns_that_impute_and_standardize_take_two_passes_together(reads):
    assert reads(x=SCALED, z=SCALED, s=["one_hot"]) == reads(x=SCALED) == 3


def test_measuring_the_holdout_is_one_pass_more(reads):
    assert reads(x=SCALED, z=SCALED, holdout=0.2) == 4


def test_all_built_in_transforms_train_and_score(headrace, reads, rows, root):
    steps = {
        "x": [{"impute": {"strategy": "most_frequent"}}, {"clip": {"quantiles": [0.1, 0.9]}}],
        "z": ["min_max", {"impute": {"strategy": "constant", "value": 0, "indicator": True}}],
        "s": [{"one_hot": {"categories": ["b", "a"], "unknown": "other"}}],
    }
    assert reads("v1", **steps) == 3
    score = ("score", "shift", "--input", rows, "--model", "m0@v1", "--output", "o")
    assert headrace(*score, "--version", "v1").code == 0
    (part, *_) = sorted(root.glob("datasets/o/versions/v1/*/*.parquet"))
    assert pq.read_table(part)["shift_prediction"].null_count == 0
