"""Results go to stdout, logs and errors to stderr; both are plain where there is no terminal."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rich.console import Console
    from rich.table import Table

    from headrace.errors import HeadraceError

__all__ = [
    "metrics_text",
    "print_error",
    "print_json",
    "print_table",
    "print_text",
    "print_warning",
    "set_up_logging",
    "table",
    "working",
]


def print_text(text: str) -> None:
    """Print a line of a result."""
    sys.stdout.write(text + "\n")


def print_json(text: str) -> None:
    """Print a JSON document, as it is."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def print_error(error: HeadraceError) -> None:
    """Print an error the user can act on."""
    sys.stderr.write(f"error: {error}\n")


def print_warning(text: str) -> None:
    """Print what the user should know beside the result."""
    sys.stderr.write(f"warning: {text}\n")


def table(columns: Iterable[str], rows: Iterable[Iterable[str]], title: str = "") -> Table:
    """Return a table of texts, without markup in them."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


def print_table(made: Table) -> None:
    """Print a table on stdout; as wide as it needs where there is no terminal."""
    from headrace.cli.records import fits, print_records

    console = _console(to_stderr=False)
    if fits(made, console):
        console.print(made)
    else:
        print_records(made, console)


def metrics_text(metrics: Mapping[str, Mapping[str, float]]) -> str:
    """Return metrics in one line, such as ``holdout: rmse 17.77, mae 12.94, r2 0.8416``.

    Those of cross-validation are left to ``models show``.
    """
    return "; ".join(
        f"{split}: " + ", ".join(f"{name} {value:.6g}" for name, value in values.items())
        for split, values in metrics.items()
        if split != "cross_validation" or len(metrics) == 1
    )


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something is under way, on a terminal only."""
    if not sys.stderr.isatty():
        yield
        return
    console = _console(to_stderr=True)
    with console.status(what):
        yield


def set_up_logging() -> None:
    """Send our log lines from INFO and others' from ERROR to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.ERROR, handlers=[handler], force=True)
    logging.getLogger("headrace").setLevel(logging.INFO)
    logging.getLogger("apache_beam").setLevel(logging.ERROR)


def _console(*, to_stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if to_stderr else sys.stdout
    width = None if stream.isatty() else 240
    return Console(stderr=to_stderr, width=width, highlight=False)
