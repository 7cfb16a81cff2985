"""A root that holds published versions already, and the commands whose runs are disturbed."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from harness.reader import look

N_SHARDS = 3
N_ROWS = 200  # of a shard
PARAMS = [
    *("--set", "target=y", "--set", "features=[a, b]"),
    *("--set", "holdout=0", "--set", "folds=0"),
]
INPUT = ["--input", "./data", "--max-bad", "0.1", "--root", "root", "--json"]
TRAIN = ["train", "linreg", "--model", "m", *PARAMS, *INPUT]
SCORE = ["score", "linreg", "--model", "m@v1", "--output", "o", *INPUT]
PROMOTE = ["models", "promote", "m@v1", "champion", "--root", "root", "--json"]


@dataclass(frozen=True)
class Command:
    """A command that publishes: the arguments, and the address that it makes new."""

    name: str
    argv: list[str]
    address: tuple[str, str] | None


COMMANDS = [
    Command("train", [*TRAIN, "--version", "v2"], ("models/m", "v2")),
    Command("score", [*SCORE, "--version", "v2"], ("datasets/o", "v2")),
    Command("promote", PROMOTE, None),
]


def write_data(folder):
    """Write a few shards, one row of which is bad."""
    folder.mkdir(parents=True)
    for shard in range(N_SHARDS):
        ids = list(range(shard * N_ROWS, (shard + 1) * N_ROWS))
        a = [row * 7919 % 101 / 10 for row in ids]
        b = [row * 104729 % 97 / 10 for row in ids]
        y = [2 * x + z for x, z in zip(a, b, strict=True)]
        if shard == 1:
            a[5] = None
        table = pa.table({"id": ids, "a": a, "b": b, "y": y})
        pq.write_table(table, folder / f"{shard}.parquet")


@dataclass(frozen=True)
class Outcome:
    """What a command makes in the end: counts and content."""

    rows: dict[str, int]
    digest: str


@dataclass
class Place:
    """A folder with data and a root of published versions, to copy for each attempt.

    Parameters
    ----------
    folder : Path
    before : Seen
        What a reader sees below the root.
    outcomes : dict of str to Outcome
        By command: what it makes when nobody disturbs it.
    moments : dict of str to tuple of Moment
        By command: all moments of such a run.
    seconds : dict of str to float
    """

    folder: object
    before: object = None
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    moments: dict[str, tuple] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def copy(self, folder):
        """Copy it all; the files' times as well, which tell one input from another."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return folder


def make_place(folder, runs):
    """Publish first versions, then watch each command in a copy."""
    write_data(folder / "template/data")
    place = Place(folder / "template")
    for argv in (
        [*TRAIN, "--version", "v0", "--set", "target=b", "--set", "features=[a]"],
        [*TRAIN, "--version", "v1"],
        [*SCORE, "--version", "v1"],
        ["models", "promote", "m@v0", "champion", "--root", "root"],
    ):
        ended = runs.run(place.folder, *argv)
        assert ended.code == 0, ended.err
    place.before = look(place.folder / "root")
    for command in COMMANDS:
        ended = runs.run(place.copy(folder / command.name), *command.argv, fault={})
        assert ended.code == 0, ended.err
        place.moments[command.name] = ended.moments
        place.seconds[command.name] = ended.seconds
        place.outcomes[command.name] = outcome_of(ended)
    return place


def outcome_of(ended):
    """Return what a run says it has made; of a move of an alias, where it is now."""
    printed = json.loads(ended.out)
    return Outcome(printed.get("rows"), printed.get("digest") or printed["version"])
