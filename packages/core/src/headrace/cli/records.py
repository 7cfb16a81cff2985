"""A table where the terminal is too narrow for it: its rows as records, a line for each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Column, Table

__all__ = ["fits", "print_records"]

_LONGEST: Final = 20
"""Letters of a word that must not be broken; addresses and digests may be."""
_PADDING: Final = 2


def fits(made: Table, console: Console) -> bool:
    """Whether a console is wide enough for a table without broken words."""
    return sum(map(_narrowest, made.columns)) <= console.width


def print_records(made: Table, console: Console) -> None:
    """Print each row of a table as lines of header and cell; empty cells are left out."""
    from rich.table import Table
    from rich.text import Text

    if made.title:
        console.print(Text(str(made.title), style="italic"))
    headers = [str(column.header) for column in made.columns]
    for row in zip(*(column.cells for column in made.columns), strict=True):
        record = Table.grid(padding=(0, 1))
        record.add_column(style="bold")
        record.add_column(overflow="fold")
        for header, cell in zip(headers, row, strict=True):
            if str(cell):
                record.add_row(header, cell)
        console.print(record)
        console.print()


def _narrowest(column: Column) -> int:
    words = " ".join(str(cell) for cell in (column.header, *column.cells)).split()
    return min(_LONGEST, max(map(len, words), default=0)) + _PADDING
