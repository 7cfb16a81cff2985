import pickle
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from headrace.data.rows import RowCounts
from headrace.graph import Passed, split_rows
from joins.right import Codes, Lines, LookUp


def score(run, *, change=None, source=None, rules=None, values=None):
    look_up = LookUp(run.table("values") if values is None else values)

    def build(graph, batches):
        found = graph.map("Look up", batches, look_up)
        graph.write(graph.map("Change", found, change) if change else found)

    passed = run.over_input("score", build, source=source or Lines(), rules=rules or Codes())
    return run.publish_dataset(passed)


def ordered(run):
    """Depends on the seed of Python's own hashes."""
    return score(run, change=lambda batch: batch.append_column("first", _hashes(batch)))


def _hashes(batch):
    return pa.array([hash(code) for code in batch.column("code").to_pylist()], pa.int64())


def ranked(run):
    """Depends on the neighbours."""
    number = lambda batch: pa.array(np.arange(batch.num_rows))  # noqa: E731
    return score(run, change=lambda batch: batch.append_column("rank", number(batch)))


def unlinked(run):
    """Reads what nobody knows of."""
    return score(run, values=csv.read_csv(Path(run.params.values) / "values.csv"))


class Deaf(Codes):
    def check(self, batch):
        good = super().check(batch).good
        return split_rows(batch.slice(0, good.num_rows), good, {})


def deaf(run):
    """Leaves bad rows out and says nothing."""
    return score(run, rules=Deaf())


class Tolerant(Codes):
    def check(self, batch):
        checked = super().check(batch)
        if checked.good.num_rows:
            return checked
        made = pa.RecordBatch.from_pydict({"id": ["0"], "code": ["a"]})
        return split_rows(batch, made, {})


def tolerant(run):
    """Makes something of everything."""
    return score(run, source=Lines("replace"), rules=Tolerant())


def just_read(graph, batches):
    pass


def hasty(run):
    """Publishes before it has looked."""
    if run.mode == "score":
        return score(run)
    manifest = run.publish_model({"model.txt": b"1"}, Passed(RowCounts(), {}, ()))
    run.over_input("train", just_read, source=Lines(), rules=Codes())
    return manifest


def pickled(run):
    """Saves a pickle."""
    if run.mode == "score":
        return score(run)
    passed = run.over_input("train", just_read, source=Lines(), rules=Codes())
    return run.publish_model({"model.bin": pickle.dumps(Path("x"))}, passed)
