"""The Typer app, and the one place that turns errors into text and exit codes."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Final, cast

import typer
from typer.core import TyperGroup

from headrace.cli.doctor import doctor
from headrace.cli.lineage import lineage
from headrace.cli.listing import catalog, describe, list_pipelines
from headrace.cli.new import new
from headrace.cli.output import print_error, print_text, set_up_logging
from headrace.cli.runs import evaluate, score, train
from headrace.cli.session import Session, session_of, set_thread_defaults
from headrace.cli.versions import make_versions_app
from headrace.errors import HeadraceError, Stopped

if TYPE_CHECKING:
    from typer._click.core import Command, Context  # Typer's own copy of Click, for types only

__all__ = ["app", "main", "program"]

_INTERRUPTED: Final = 130  # by Ctrl-C, as Typer has it
_STOPPED: Final = (_INTERRUPTED, Stopped.exit_code)


class _PluginGroup(TyperGroup):
    """A group of commands that a plugin brings; shown by its summary, imported on use."""


class _Root(TyperGroup):
    """The entrypoint's commands and those of plugins."""

    def list_commands(self, ctx: Context) -> list[str]:
        return [
            *super().list_commands(ctx),
            *session_of(cast("typer.Context", ctx)).plugins.commands,
        ]

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        found = super().get_command(ctx, cmd_name)
        if found is not None:
            return found
        spec = session_of(cast("typer.Context", ctx)).plugins.commands.get(cmd_name)
        return None if spec is None else _PluginGroup(name=spec.name, help=spec.summary)

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        if isinstance(command, _PluginGroup) and name is not None:
            plugins = session_of(cast("typer.Context", ctx)).plugins
            loaded = plugins.load_command(name)
            command = typer.main.get_command(cast("typer.Typer", loaded))
        return name, command, rest


app = typer.Typer(
    name="headrace",
    cls=_Root,
    help="Train, score and evaluate machine-learning pipelines that are installed as plugins.",
    epilog="Begin with 'headrace list', then 'headrace describe PIPELINE'.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("list")(list_pipelines)
app.command()(describe)
app.command()(catalog)
app.command()(doctor)
app.command()(train)
app.command()(score)
app.command()(evaluate)
app.command()(lineage)
app.command()(new)
app.add_typer(make_versions_app("models"), name="models")
app.add_typer(make_versions_app("datasets"), name="datasets")


def _show_versions(context: typer.Context, is_wanted: bool) -> None:
    if is_wanted:
        plugins = session_of(context).plugins.installed.values()
        listed = {f"{plugin.distribution} {plugin.version}" for plugin in plugins}
        ours = f"headrace {version('headrace')}"
        print_text("\n".join([ours, *sorted(listed - {ours})]))
        raise typer.Exit


@app.callback()
def _options(
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print versions and exit.", is_eager=True, callback=_show_versions
        ),
    ] = False,
) -> None:
    """Do nothing: the version is shown by a callback, before a command is found missing."""


def main() -> None:
    """Run the entrypoint; see docs/reference/exit-codes.md for how it ends."""
    set_thread_defaults()
    set_up_logging()
    try:
        app(obj=Session(os.environ), prog_name="headrace")
    except HeadraceError as error:
        print_error(error)
        sys.exit(error.exit_code)


def program() -> None:
    """Run as the program ``headrace``: `main`, and an end that nothing holds up.

    A run that was stopped leaves threads of Beam and of the object store behind. The interpreter
    would wait for them, or end in a crash with an exit code of its own, so it is not asked.
    """
    try:
        main()
    except SystemExit as end:
        if end.code in _STOPPED:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(end.code)
        raise
