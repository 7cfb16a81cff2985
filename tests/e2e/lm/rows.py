"""Write the labelled flights for R, and which of them train: ``rows.py FLIGHTS OUTPUT.csv``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from headrace.data.keys import hash_keys, is_holdout

COLUMNS = ["id", "arr_delay", "dep_delay", "distance", "hour", "carrier", "origin"]

table = pq.read_table(Path(sys.argv[1]), columns=COLUMNS, partitioning=None)
table = table.filter(table.column("arr_delay").is_valid()).combine_chunks()
held = is_holdout(hash_keys(table.to_batches()[0], ["id"], 0), 0.2)
part = pa.array(np.where(held, "holdout", "training"))
pcsv.write_csv(table.append_column("part", part), sys.argv[2])
