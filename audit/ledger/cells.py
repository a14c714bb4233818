"""Table cells by address: `T16#3,2` is the second cell of the third row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError
from audit.ledger.record import TableRecord

if TYPE_CHECKING:
    from audit.ledger.record import Record

MARK = "#"
_POSITION = re.compile(r"(\d+),(\d+)")


@dataclass(frozen=True)
class Cell:
    """A table cell as printed.

    Attributes
    ----------
    id
        Table, row and column; unchanged as long as the table keeps its rows.
    row, column
        Counted from 1, without the headings.
    heading
        Heading of its column.
    label
        First cell of its row.
    printed
        Text of the cell.
    """

    id: str
    row: int
    column: int
    heading: str
    label: str
    printed: str

    def __str__(self) -> str:
        return f"{self.id}  {self.label}, {self.heading}: {self.printed}"


def find_cell(record: Record, position: str) -> Cell:
    """Return a cell of a table.

    Parameters
    ----------
    record
        Record of the table.
    position
        Row and column, such as "3,2".

    Raises
    ------
    ConfigurationError
        If there is no such cell; the message says how many there are.
    """
    headings, *rows = table_rows(record) or [[]]
    if not rows:
        raise ConfigurationError(
            f"{record.reference} has no cells", place=record.id, remedy="ask for a table"
        )
    asked = _POSITION.fullmatch(position)
    row, column = (int(asked[1]), int(asked[2])) if asked else (0, 0)
    if not (1 <= row <= len(rows) and 1 <= column <= len(headings)):
        raise ConfigurationError(
            f"{record.reference} has no cell '{position}'",
            place=record.id,
            remedy=f"ask for row,column: it has {len(rows)} rows and {len(headings)} columns",
        )
    printed = rows[row - 1]
    return Cell(
        f"{record.id}{MARK}{row},{column}",
        row,
        column,
        headings[column - 1],
        printed[0],
        printed[column - 1],
    )


def table_rows(record: Record) -> list[list[str]]:
    """Return the headings and rows of a table, whose cells the ledger lists in one sequence."""
    if not isinstance(record, TableRecord):
        return []
    cells = list(record.cells)
    # The headings are the first cells, and `printed` joins them.
    widths = (n for n in range(1, len(cells) + 1) if " | ".join(cells[:n]) == record.printed)
    width = next(widths, 0)
    return [cells[at : at + width] for at in range(0, len(cells), width)] if width else []
