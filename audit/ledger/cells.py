"""One cell of a table, by its address: `T16#3,2` is the second cell of the third row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = "#"
_POSITION = re.compile(r"(\d+),(\d+)")


@dataclass(frozen=True)
class Cell:
    """A cell as printed.

    Attributes
    ----------
    id
        Table, row and column; stays while the table has its rows.
    row, column
        Counted from 1, the headings aside.
    heading
        Of its column.
    label
        What stands first in its row.
    printed
        What it prints.
    """

    id: str
    row: int
    column: int
    heading: str
    label: str
    printed: str

    def __str__(self) -> str:
        return f"{self.id}  {self.label}, {self.heading}: {self.printed}"


def find_cell(record: Mapping[str, Any], position: str) -> Cell:
    """Return a cell of a table.

    Parameters
    ----------
    record
        The table's.
    position
        Row and column, such as "3,2".

    Raises
    ------
    ConfigurationError
        There is no such cell; says how many there are.
    """
    cells = list(record["cells"])
    width = _width(record)
    rows = len(cells) // width - 1 if width else 0
    if record["kind"] != "table" or not rows:
        raise ConfigurationError(
            f"{record['reference']} has no cells", place=record["id"], remedy="ask for a table"
        )
    asked = _POSITION.fullmatch(position)
    row, column = (int(asked[1]), int(asked[2])) if asked else (0, 0)
    if not (1 <= row <= rows and 1 <= column <= width):
        raise ConfigurationError(
            f"{record['reference']} has no cell '{position}'",
            place=record["id"],
            remedy=f"ask for row,column: it has {rows} rows and {width} columns",
        )
    start = row * width
    return Cell(
        f"{record['id']}{MARK}{row},{column}",
        row,
        column,
        cells[column - 1],
        cells[start],
        cells[start + column - 1],
    )


def table_rows(record: Mapping[str, Any]) -> list[list[str]]:
    """Return the headings and rows of a table from its cells, which the ledger lists in a row."""
    cells, width = list(record["cells"]), _width(record)
    return [cells[at : at + width] for at in range(0, len(cells), width)] if width else []


def _width(record: Mapping[str, Any]) -> int:
    """Return how many columns a table has: its headings are its first cells."""
    cells = record["cells"]
    return next(
        (n for n in range(1, len(cells) + 1) if " | ".join(cells[:n]) == record["printed"]), 0
    )
