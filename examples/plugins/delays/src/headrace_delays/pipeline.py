"""The pipeline: two graphs over a log of flights, joined with the weather."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace import RequestError
from headrace_delays.counts import DelayCounts
from headrace_delays.log import FlightLines, FlightLog
from headrace_delays.model import DelaysModel
from headrace_delays.weather import JoinWind

if TYPE_CHECKING:
    from headrace.graph import Batches, Graph, GraphRun, Manifest
    from headrace_delays.params import DelaysParams

__all__ = ["run_delays"]


def run_delays(run: GraphRun[DelaysParams]) -> Manifest:
    """Train or score."""
    return _train(run) if run.mode == "train" else _score(run)


def _train(run: GraphRun[DelaysParams]) -> Manifest:
    params = run.params
    join = JoinWind(run.table("weather"), params.windy)

    def build(graph: Graph, flights: Batches) -> None:
        joined = graph.map("Join wind", flights, join)
        graph.compute("cells", joined, DelayCounts(params.low, params.high, params.least))

    passed = run.over_input("train", build, source=FlightLog(), rules=FlightLines(is_landed=True))
    model = DelaysModel(windy=params.windy, cells=passed.computed["cells"])
    return run.publish_model(model.state(), passed)


def _score(run: GraphRun[DelaysParams]) -> Manifest:
    of_the_model = run.params.model_fields_set - {"weather"}
    if of_the_model:
        raise RequestError(
            f"A scoring has {', '.join(sorted(of_the_model))} from the model",
            where="--params, --set",
            fix="leave out all but weather",
        )
    model = DelaysModel.from_state(run.model_files())
    join = JoinWind(run.table("weather"), model.windy)

    def build(graph: Graph, flights: Batches) -> None:
        joined = graph.map("Join wind", flights, join)
        graph.write(graph.map("Predict", joined, model.add_predictions))

    passed = run.over_input("score", build, source=FlightLog(), rules=FlightLines(is_landed=False))
    return run.publish_dataset(passed)
