"""``headrace flow``: run and check flows. Heavy imports stay inside the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(
    help="Run and check flows: pipelines stitched together in one file.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

FlowFile = Annotated[
    Path, typer.Argument(metavar="FLOW.yaml", help="The flow file.", show_default=False)
]
EnvironmentFile = Annotated[
    str | None,
    typer.Option(
        "--env",
        metavar="FILE|NAME",
        help="Environment file: where and by what the flow runs; 'prod' is envs/prod.yaml, beside "
        "the flow file or above. By default this machine and this installation.",
        show_default=False,
    ),
]
Root = Annotated[
    str | None,
    typer.Option(
        "--root",
        metavar="PATH",
        envvar="HEADRACE_ROOT",
        help="Where models, datasets and runs lie. "
        "By default what the environment file says, or ./headrace.",
        show_default=False,
    ),
]
Param = Annotated[
    list[str] | None,
    typer.Option(
        "--param",
        metavar="NAME=VALUE",
        help="Set a param that the flow declares; may be repeated.",
        show_default=False,
    ),
]
RunKey = Annotated[
    str | None,
    typer.Option(
        "--run-key",
        metavar="KEY",
        help="Name of the run, and version of all it publishes. By default the partition; without "
        "one the time and a digest of flow, params, data and code: the same command takes up the "
        "same run.",
        show_default=False,
    ),
]
Disabled = Annotated[
    str, typer.Option("--disable-plugins", envvar="HEADRACE_DISABLE_PLUGINS", hidden=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for machines.")]


@app.command(
    "run",
    help="Run a flow on this machine, each step as a process of its own.\n\n"
    "Steps that do not wait for each other run side by side. Where a step fails, those that need "
    "it are not run; the same command again takes the run up and does not redo what is done. Logs "
    "lie at ROOT/runs/FLOW/RUN_KEY.",
)
def run(
    flow: FlowFile,
    *,
    env: EnvironmentFile = None,
    root: Root = None,
    param: Param = None,
    partition: Annotated[
        str | None,
        typer.Option(
            "--partition",
            metavar="KEY",
            help="Partition of the data to run on, such as 2013-01-05; or several one after "
            "another, as 2013-01-01..2013-01-07.",
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="STEP",
            help="Run this step or group only; what it needs must be done in the same run. May be "
            "repeated.",
            show_default=False,
        ),
    ] = None,
    begin: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="STEP",
            help="Run this step or group and all that needs it; may be repeated.",
            show_default=False,
        ),
    ] = None,
    run_key: RunKey = None,
    as_json: AsJson = False,
    disabled: Disabled = "",
) -> None:
    """Run a flow."""
    from headrace_orchestration.environment_names import find_environment  # noqa: PLC0415
    from headrace_orchestration.local.command import run_command  # noqa: PLC0415

    run_command(
        flow,
        find_environment(env, flow),
        root=root,
        params=param or [],
        run_key=run_key,
        as_json=as_json,
        partition=partition,
        only=only or (),
        begin=begin or (),
        disabled=_names(disabled),
    )


@app.command(
    "check",
    help="Check a flow without running it, and report everything that is wrong, with its line.\n\n"
    "Names, references, order, pipelines and their modes, params and their types, columns, images "
    "and their catalogs, and training on predictions of rows that the predicting model has seen.",
)
def check(
    flow: FlowFile,
    *,
    env: EnvironmentFile = None,
    root: Root = None,
    param: Param = None,
    catalog: Annotated[
        Path | None,
        typer.Option(
            "--catalog",
            metavar="FILE",
            help="Catalog to check against, as 'headrace catalog --json' prints it. By default "
            "those that the environment has of its images, or what its entrypoint can run.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    disabled: Disabled = "",
) -> None:
    """Check a flow."""
    from headrace_orchestration.check_command import check_command  # noqa: PLC0415
    from headrace_orchestration.environment_names import find_environment  # noqa: PLC0415

    check_command(
        flow,
        find_environment(env, flow),
        root=root,
        params=param or [],
        catalog_file=catalog,
        as_json=as_json,
        disabled=_names(disabled),
    )


@app.command(
    "plan",
    help="Show what a run would do, and do nothing: steps in order, what each waits for, its "
    "arguments and what it publishes.",
)
def plan(
    flow: FlowFile,
    *,
    env: EnvironmentFile = None,
    root: Root = None,
    param: Param = None,
    partition: Annotated[
        str | None,
        typer.Option(
            "--partition",
            metavar="KEY",
            help="Partition of the data, such as 2013-01-05. By default a '*' stands for it.",
            show_default=False,
        ),
    ] = None,
    run_key: RunKey = None,
    as_json: AsJson = False,
) -> None:
    """Show a plan."""
    from headrace_orchestration.environment_names import find_environment  # noqa: PLC0415
    from headrace_orchestration.plan_command import plan_command  # noqa: PLC0415

    plan_command(
        flow,
        find_environment(env, flow),
        root=root,
        params=param or [],
        run_key=run_key,
        partition=partition,
        as_json=as_json,
    )


@app.command(
    "schema",
    help="Print the JSON schema of flow files, with which editors complete and check them.",
)
def schema() -> None:
    """Print the schema."""
    import json  # noqa: PLC0415

    from headrace_orchestration.schema import flow_schema  # noqa: PLC0415

    typer.echo(json.dumps(flow_schema(), indent=2))


def _names(text: str) -> frozenset[str]:
    return frozenset(text.replace(",", " ").split())
