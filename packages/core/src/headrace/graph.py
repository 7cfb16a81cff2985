"""What a pipeline that writes its own graph imports; brings Beam, so its hooks must not.

Its spec is a `headrace.GraphSpec`, whose ``load`` names a function of a `GraphRun`. The function
reads the input as often as it wants (`GraphRun.over_input`), each time by a graph of its own
(`Graph`), and publishes a model or a dataset. The rest is as for every pipeline: request, params
and digests are checked before; bad rows, faults, versions and manifests are taken care of.
"""

from __future__ import annotations

from headrace.beam.graphs.own import Batches, Graph, Passed
from headrace.beam.records import REPORT, caught
from headrace.contracts.manifest import Manifest
from headrace.data.position import position_of, with_position
from headrace.data.rows import Checked, RowRules, Rules, split_rows
from headrace.data.shards import FileSource
from headrace.runtime.graph import GraphRun

__all__ = [
    "REPORT",
    "Batches",
    "Checked",
    "FileSource",
    "Graph",
    "GraphRun",
    "Manifest",
    "Passed",
    "RowRules",
    "Rules",
    "caught",
    "position_of",
    "split_rows",
    "with_position",
]
