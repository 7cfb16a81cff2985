"""``new``: write the package of a pipeline, which its author owns from then on."""

from __future__ import annotations

import sys
import tempfile
from enum import StrEnum
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from headrace.cli.naming import check_free, check_name
from headrace.cli.output import print_text
from headrace.cli.place import Place, find_place
from headrace.cli.session import session_of
from headrace.errors import RequestError

__all__ = ["new"]


class Task(StrEnum):
    """What the pipeline predicts."""

    REGRESSION = "regression"
    BINARY = "binary"


class Library(StrEnum):
    """Who fits its model."""

    SKLEARN = "sklearn"
    NUMPY = "numpy"


def new(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            help="Name of the pipeline: lower-case letters and digits, with - or _ between.",
            metavar="NAME",
        ),
    ],
    task: Annotated[
        Task | None, typer.Option(help="What it predicts: a number, or the probability of 1.")
    ] = None,
    library: Annotated[
        Library | None,
        typer.Option(
            help="Who fits the model: an estimator of scikit-learn on all rows in memory, or a "
            "statistic of its own in NumPy, which Beam distributes."
        ),
    ] = None,
    features: Annotated[
        str | None,
        typer.Option(help="Columns it reads if a run names no others.", metavar="A,B,..."),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(help="Column it predicts if a run names no other.", metavar="COLUMN"),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(
            help="Folder to write the package into: by default packages/ in a clone of Headrace, "
            "and the current folder elsewhere.",
            metavar="DIR",
        ),
    ] = None,
) -> None:
    """Write a new pipeline as a package of its own, with its tests.

    In a clone of Headrace it joins the workspace; elsewhere it is a repository of its own. What
    is not said by options is asked on a terminal.
    """
    check_name(name)
    check_free(name, session_of(context).plugins)
    place = find_place(name, into)
    given = {"task": task, "library": library, "features": features, "target": target}
    _write(name, place, {key: str(value) for key, value in given.items() if value is not None})
    for line in _next_steps(name, place):
        print_text(line)


def _write(name: str, place: Place, answers: dict[str, str]) -> None:
    """Render the template beside its place, then move it there: all of it appears, or nothing."""
    try:
        with tempfile.TemporaryDirectory(prefix=".headrace-new-", dir=place.parent) as beside:
            rendered = Path(beside, "rendered")
            _render(rendered, answers, _derived(name, place))
            rendered.rename(place.folder)
    except OSError as error:
        raise RequestError(
            f"The package cannot be written: {error.strerror}",
            where=str(place.folder),
            fix="name a folder to write to by --into",
        ) from error


def _derived(name: str, place: Place) -> dict[str, str | bool]:
    """Return what the template calls things."""
    identifier = name.replace("-", "_")
    return {
        "name": name,
        "pipeline": identifier,
        "module": f"headrace_{identifier}",
        "distribution": f"headrace-{name.replace('_', '-')}",
        "version": version("headrace"),
        "in_workspace": place.in_workspace,
    }


def _render(folder: Path, answers: dict[str, str], derived: dict[str, str | bool]) -> None:
    try:
        import copier
    except ModuleNotFoundError as error:
        raise RequestError(
            f"'headrace new' needs the library {error.name}, which is not installed",
            fix="pip install 'headrace[new]'",
        ) from error
    with as_file(files("headrace") / "scaffold") as template:
        try:
            copier.run_copy(
                str(template),
                folder,
                data=answers | derived,
                defaults=not sys.stdin.isatty(),
                quiet=True,
            )
        except ValueError as error:  # an answer that the template refuses
            raise RequestError(str(error), where="the options of 'headrace new'") from error


def _next_steps(name: str, place: Place) -> list[str]:
    pipeline = name.replace("-", "_")
    folder = place.shown
    if place.in_workspace:
        test = f'./nox -s "tests({place.folder.name.removeprefix("pipeline-")})"'
        install = "./nox -s dev && source .venv/bin/activate"
    else:
        test = f"cd {folder} && nox"
        install = f"pip install --editable {folder}"
    return [
        f"wrote {folder}",
        f"  test it:    {test}",
        f"  install it: {install}",
        f"  look at it: headrace describe {pipeline}",
    ]
