"""Flows in real files, and the catalog they are checked against."""

from __future__ import annotations

import textwrap

import pytest

from headrace.contracts.catalog import Catalog, CatalogColumn, CatalogPipeline, CatalogPlugin
from headrace.contracts.params import SupervisedParams

FLIGHTS = """\
version: headrace/v1
name: flights
image: project
schedule: {cron: "0 3 * * *", timezone: UTC, assets: {any: [flights]}}
params:
  rounds: {type: integer, default: 100, minimum: 1}
  month: {type: integer, default: 6, minimum: 1, maximum: 12}
datasets:
  flights: {uri: "${env.root}/flights/month=*/*.parquet"}
  forecasts: {uri: "${env.root}/datasets/flights.score_xgb"}
defaults: {resources: {cpu: "1", memory: 2Gi}, retry: {attempts: 2, delay: 30s}, timeout: 1h}
steps:
  train_linreg:
    {pipeline: linreg, mode: train, input: "${datasets.flights}", params: flights/linreg.yaml}
  score_linreg:
    pipeline: linreg
    mode: score
    input: "${datasets.flights}"
    model: "${steps.train_linreg.model}"
    out_of_fold: true
  train_xgb:
    pipeline: xgb
    mode: train
    input: "${steps.score_linreg.output}"
    params: {features: [distance, linreg_prediction], target: arr_delay, key: [id], rounds: 7}
    set: {rounds: "${params.rounds}"}
    where: month <= ${params.month}
    resources: {cpu: 500m}
    retry: {attempts: 3}
    promote: champion
  score_xgb:
    pipeline: xgb
    mode: score
    input: "${steps.score_linreg.output}"
    model: "${steps.train_xgb.model}"
    keep: [id, arr_delay]
    prediction: delay
    max_bad: 0.01
    timeout: 90s
    publish: forecasts
  evaluate_xgb:
    pipeline: xgb
    mode: evaluate
    input: "${steps.score_linreg.output}"
    model: "${steps.train_xgb.model}"
    after: [score_xgb]
"""

LINREG_PARAMS = """\
# params of the linear model
features: [dep_delay, distance]
target: arr_delay
key: [id]
"""


class XgbParams(SupervisedParams):
    """As a pipeline package declares them."""

    rounds: int = 100
    """Number of trees."""


@pytest.fixture
def write(tmp_path):
    """Write a flow file with its params files, and return its path."""

    def write_flow(text, name="flights", **params_files):
        folder = tmp_path / "flows"
        folder.mkdir(exist_ok=True)
        for file, content in params_files.items():
            (folder / f"{file}.yaml").write_text(textwrap.dedent(content))
        path = folder / f"{name}.yaml"
        path.write_text(textwrap.dedent(text))
        return path

    return write_flow


@pytest.fixture
def flights(write):
    """The flow of the flights, every kind of step in it."""
    path = write(FLIGHTS)
    (path.parent / "flights").mkdir()
    (path.parent / "flights" / "linreg.yaml").write_text(LINREG_PARAMS)
    return path


@pytest.fixture
def edit(flights):
    """Replace a text in the flow of the flights, which must be there."""

    def edit_flow(old, new):
        text = flights.read_text()
        assert old in text
        flights.write_text(text.replace(old, new))
        return flights

    return edit_flow


@pytest.fixture
def catalog():
    """What an installation with the two pipelines of the flights holds."""

    def pipeline(name, params):
        needs = [("features", ("train", "score", "evaluate")), ("target", ("train", "evaluate"))]
        needs.append(("key", ("train",)))
        return CatalogPipeline(
            summary=f"{name} of a test",
            plugin=name,
            modes=("train", "score", "evaluate"),
            params=params.model_json_schema(),
            needs=tuple(CatalogColumn(param=p, modes=m, types="any") for p, m in needs),
            adds=(f"{name}_prediction",),
            intervals=name == "linreg",
        )

    return Catalog(
        version="1",
        plugins={
            name: CatalogPlugin(distribution=f"headrace-{name}", version="1")
            for name in ("linreg", "xgb")
        },
        pipelines={
            "linreg": pipeline("linreg", SupervisedParams),
            "xgb": pipeline("xgb", XgbParams),
        },
        transforms={"impute": "as the real one"},
    )
