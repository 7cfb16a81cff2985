"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headrace.cli.completion import pipeline_names

__all__ = [
    "AllowChain",
    "Input",
    "Json",
    "MaxBad",
    "ModelReference",
    "Params",
    "Pipeline",
    "Root",
    "Runner",
    "RunnerOptions",
    "Settings",
    "Version",
    "Where",
]

Pipeline = Annotated[
    str,
    typer.Argument(
        help="Name of the pipeline, as 'headrace list' shows it.",
        metavar="PIPELINE",
        autocompletion=pipeline_names,
    ),
]
Input = Annotated[
    str,
    typer.Option(
        help="What to read: Parquet or CSV files, a folder, a glob in quotes, or a dataset as "
        "NAME@VERSION or NAME@ALIAS.",
        metavar="URI",
    ),
]
ModelReference = Annotated[
    str,
    typer.Option(
        help="The model: NAME@VERSION, NAME@ALIAS or NAME@latest; NAME is a bare name below "
        "ROOT/models, a path or a URI.",
        metavar="REF",
    ),
]
Params = Annotated[
    Path | None, typer.Option("--params", help="YAML file with the params.", metavar="FILE")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="Set a param, on top of the file: rounds=50.", metavar="K=V"),
]
Version = Annotated[
    str | None,
    typer.Option(
        help="Version to publish; made of the time and the request if left out. The same request "
        "at the same version is done only once.",
        metavar="V",
    ),
]
AllowChain = Annotated[
    list[str] | None,
    typer.Option(
        help="Take predictions of this pipeline from the input also if another model made them "
        "than those the model learnt from, or if nobody knows which.",
        metavar="PIPELINE",
    ),
]
Where = Annotated[
    str | None,
    typer.Option(
        help="Read only rows for which this is true, such as \"day <= 24 and origin == 'JFK'\".",
        metavar="EXPR",
    ),
]
MaxBad = Annotated[
    float,
    typer.Option(
        help="Greatest fraction of bad rows; bad rows go to the dataset NAME.quarantine, more of "
        "them end the run with exit code 4.",
        min=0,
        max=1,
        metavar="RATE",
    ),
]
Runner = Annotated[
    str, typer.Option(help="Beam runner that does the work: in-process.", metavar="NAME")
]
RunnerOptions = Annotated[
    Path | None,
    typer.Option(help="YAML file with the runner's options, such as workers: 2.", metavar="FILE"),
]
Root = Annotated[
    str,
    typer.Option(
        help="Where bare names lie: a folder or URI with models/ and datasets/ in it.",
        envvar="HEADRACE_ROOT",
        metavar="URI",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON on stdout, and nothing else there.")
]
