"""Tables as columns over one frame, so that what is printed and what is released agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from analysis.exhibits.parts.exhibit import Table
from analysis.exhibits.parts.rows import COLUMNS, cell

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    import pandas as pd

Row: TypeAlias = "Mapping[Hashable, Any]"
Line: TypeAlias = "Mapping[Hashable, Row]"
"""The rows that a line prints: by their value of `across`, and the first of them under None."""


@dataclass(frozen=True)
class Column:
    """A column of a table: the released data it reads, and how a cell prints them.

    Attributes
    ----------
    name
        The column of the released data; several where a cell prints more than one value, such as
        an estimate with its limits.
    heading
        As printed; None for a column that is released and not printed.
    meaning
        The meaning of the column; empty where the table's `meanings` state it.
    unit
        Unit of its values; empty where the meaning states it.
    cell
        Function that returns the printed cell from the values, in the order of `name`.
    width
        Share of the table's width, relative to the other columns.
    numeric
        Whether it is right-aligned.
    at
        The row it reads where a line combines several: the one with this value of `across`; None
        for the first.
    """

    name: str | tuple[str, ...]
    heading: str | None = None
    meaning: str = ""
    unit: str = ""
    cell: Callable[..., str] = str
    width: int = 1
    numeric: bool = True
    at: Hashable = None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the released data that the column reads."""
        return (self.name,) if isinstance(self.name, str) else self.name

    def printed(self, line: Line) -> str:
        """Return the column's cell in one line."""
        row = line[self.at]
        return self.cell(*(row[name] for name in self.names))

    @property
    def described(self) -> dict[str, str]:
        """The meanings and units of the columns that it reads, as far as it states them."""
        said = ", ".join(filter(None, (self.meaning, self.unit)))
        return {self.names[0]: said} if said else {}


@dataclass(frozen=True)
class Words(Column):
    """A column of words, left-aligned."""

    numeric: bool = False


@dataclass(frozen=True)
class Estimates(Column):
    """A column of estimates with their intervals; "[z]" where there is no row to read."""

    name: str | tuple[str, ...] = ()

    def printed(self, line: Line) -> str:
        """Return the column's cell in one line."""
        return cell(line[self.at]) if self.at in line else "[z]"


def table(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    *,
    lines: Sequence[str] = (),
    across: str = "",
    data: pd.DataFrame | None = None,
    meanings: Mapping[str, str] | None = None,
    released: Sequence[Hashable] | None = None,
    where: Callable[[Row], bool] | None = None,
    instead: Callable[[Row], Sequence[str]] | None = None,
    none: tuple[tuple[str, ...], ...] = (),
    last: tuple[tuple[str, ...], ...] = (),
    period: str = "",
    note: str = "",
) -> Table:
    """Return a table with one line per row of a frame, or per group of rows.

    Parameters
    ----------
    frame
        One row per line, or per line and value of `across`, with every column that is printed.
    columns
        From left to right.
    lines, across
        Columns of the frame that are the same in all rows of a line, and the one that
        distinguishes the rows, to which a column's `at` refers; empty where each row is a line.
    data
        The released data, where the frame contains only part of them, or has another shape.
    meanings
        The meanings of columns whose `meaning` is empty.
    released
        The released columns of the data, in order; None for those that `columns` name, from left
        to right.
    where
        Condition on a line's first row for it to be printed; all lines are released.
    instead
        Function of a line's first row that returns its last cells where there is no estimate to
        print; empty where there is one.
    none
        The lines of a table in which no row is printed.
    last
        Lines below those of the frame, such as totals.
    """
    shown = [column for column in columns if column.heading is not None]
    read = (name for column in columns for name in column.names)
    names: list[Any] = list(dict.fromkeys(read) if released is None else released)
    cells = [
        _cells(shown, line, instead)
        for line in _lines(frame, lines, across)
        if where is None or where(line[None])
    ]
    described = {name: (meanings or {}).get(name, "") for name in names}
    for column in columns:
        described |= column.described
    if differing_words := [name for name, said in described.items() if not said]:
        raise ValueError(f"columns without a meaning: {', '.join(map(str, differing_words))}")
    return Table(
        header=tuple(str(column.heading) for column in shown),
        rows=(*(cells or none), *last),
        numeric=tuple(column.numeric for column in shown),
        widths=tuple(column.width for column in shown),
        data=(frame if data is None else data)[names],
        columns=described,
        period=period,
        note=note,
    )


def _lines(frame: pd.DataFrame, lines: Sequence[str], across: str) -> Iterator[Line]:
    if not lines:
        for row in frame.to_dict("records"):
            yield {None: row}
        return
    for _, rows in frame.groupby(list(lines), sort=False, dropna=False):
        records = rows.to_dict("records")
        yield {None: records[0], **{row[across]: row for row in records}}


def _cells(
    columns: Sequence[Column], line: Line, instead: Callable[[Row], Sequence[str]] | None
) -> tuple[str, ...]:
    others = tuple(instead(line[None])) if instead else ()
    start = len(columns) - len(others)
    return (*(column.printed(line) for column in columns[:start]), *others)


def pilots_side_by_side(
    data: pd.DataFrame,
    heading: str,
    pilots: Sequence[str],
    shown: Sequence[str],
    *,
    line: str = "label",
    period: str = "",
    note: str = "",
) -> Table:
    """Return a table of estimates with one line per analysis and one column per pilot.

    Parameters
    ----------
    data
        Estimates, one row per value of `line` and pilot.
    heading
        Heading of the first column.
    shown
        The columns of `data` that are released.
    line
        The column of `data` whose values begin the lines.
    """
    return table(
        data,
        (
            Words(line, heading, width=5),
            *(Estimates(heading=pilot, at=pilot, width=4) for pilot in pilots),
        ),
        lines=[line],
        across="pilot",
        meanings=COLUMNS,
        released=shown,
        period=period,
        note=note,
    )
