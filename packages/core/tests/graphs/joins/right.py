import io

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headrace import DataError, Statistic, TransientError
from headrace.graph import split_rows
from joins.params import JoinParams

HeavyParams = JoinParams  # in a module that imports NumPy


class Lines:
    schema = pa.schema([("line", pa.string())])

    def __init__(self, errors="strict"):
        self._errors = errors

    def batches(self, file):
        lines = io.TextIOWrapper(file, encoding="utf-8", errors=self._errors).read().splitlines()
        yield pa.RecordBatch.from_pydict({"line": lines}, schema=self.schema)


class Codes:
    def check(self, batch):
        found = pc.extract_regex(batch.column("line"), pattern=r"^(?P<id>\d+) (?P<code>[a-z])$")
        bad = np.flatnonzero(found.is_null()).tolist()
        good = pa.RecordBatch.from_struct_array(found.drop_null())
        return split_rows(batch, good, dict.fromkeys(bad, "no code"))


class LookUp:
    def __init__(self, table, fault=""):
        table = table.combine_chunks()
        self._codes = table.column("code").combine_chunks()
        self._values = table.column("value").cast(pa.float64()).combine_chunks()
        self._fault = fault

    def __call__(self, batch):
        if self._fault == "transient":
            raise TransientError("The values are away", where="values", fix="try again")
        if self._fault == "columns":
            return batch
        value = self._values.take(pc.index_in(batch.column("code"), value_set=self._codes))
        if self._fault == "infinite":
            value = pc.divide(value, 0.0)
        batch = batch.append_column("join_value", value)
        return batch.append_column("join_half", pc.divide(value, 2.0))


def run(run):
    look_up = LookUp(run.table("values"), run.params.fault)

    def build(graph, batches):
        graph.write(graph.map("Look up", batches, look_up))

    passed = run.over_input("score", build, source=Lines(), rules=Codes())
    if run.params.fault == "nothing":
        return None
    if run.params.fault == "model":
        return run.publish_model({"model.txt": b"1"}, passed)
    return run.publish_dataset(passed)


def run_on_a_table(run):
    """Reads what Headrace reads by itself, twice: to find the greatest id, then to add it."""
    if "code" not in run.columns.names:
        raise DataError(f"There is no column 'code' among {', '.join(run.columns.names)}")
    look_up = LookUp(run.table("values"))
    greatest = run.over_input("greatest", lambda graph, rows: graph.compute("id", rows, Max()))
    last = greatest.computed["id"]

    def build(graph, batches):
        found = graph.map("Look up", batches, look_up)
        graph.write(graph.map("Add", found, lambda batch: _with_constant(batch, last)))

    return run.publish_dataset(run.over_input("score", build))


def _with_constant(batch, value):
    return batch.append_column("last", pa.array([value] * batch.num_rows, pa.int64()))


class Max(Statistic):
    def zero(self):
        return 0

    def add(self, state, item):
        return max([state, *item.column("id").to_pylist()])

    def merge(self, left, right):
        return max(left, right)

    def finish(self, state):
        return state
